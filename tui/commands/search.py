"""`coach search`: questions by words and meaning, for people and for other programs."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from coach.config import load
from coach.errors import EmbedderUnavailable
from coach.models import KINDS
from tui.jsonl import print_line, run_batch
from tui.progress_line import ProgressLine
from tui.text import printable

EXCERPT_WORDS = 40
Search = Callable[[str], list[dict[str, Any]]]


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(search)


def search(
    query: Annotated[str | None, typer.Argument(help="What to look for: words, or a sentence.")] = None,
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="At most this many questions per query.")] = 10,
    json: Annotated[bool, typer.Option("--json", help="JSON Lines on standard output.")] = False,
    batch: Annotated[Path | None, typer.Option(help='File of lines {"id", "query"}; - reads standard input.')] = None,
    topic: Annotated[str | None, typer.Option(help="Only this topic.")] = None,
    kind: Annotated[str | None, typer.Option(help=f"Only this kind: {', '.join(KINDS)}.")] = None,
    level: Annotated[int | None, typer.Option(min=1, max=5, help="Only this level.")] = None,
    collection: Annotated[str | None, typer.Option(help="Only this collection.")] = None,
    words: Annotated[bool, typer.Option("--words", help="By words alone: no encoder, at once.")] = False,
) -> None:
    """Find questions with their best passage.  Example: coach search "why do gradients vanish" -k 3"""
    if (query is None) == (batch is None):
        raise typer.BadParameter("give either a query or --batch FILE")
    if kind is not None and kind not in KINDS:
        raise typer.BadParameter(f"{kind!r} is none of {', '.join(KINDS)}", param_hint="--kind")
    find = _searcher(k, {"topic": topic, "kind": kind, "level": level, "collection": collection}, words)
    if batch is not None:
        run_batch(batch, lambda record: {"results": find(_query_of(record))})
    elif json:
        print_line({"id": "query", "results": find(query or "")})
    else:
        _show(find(query or ""), query or "")


def _searcher(k: int, filters: dict[str, Any], words: bool) -> Search:
    from coach.assemble import Parts
    from coach.retrieval.store import Filters

    parts = Parts(load())
    chosen = Filters(**filters)

    def records(query: str) -> list[dict[str, Any]]:
        hits = lookup(query, k, chosen)
        known = {question.id: question for question in parts.store.questions.many([hit.question_id for hit in hits])}
        return [
            {
                "rank": rank,
                "question_id": hit.question_id,
                "question": known[hit.question_id].text if hit.question_id in known else "",
                "source": known[hit.question_id].source if hit.question_id in known else "",
                "score": round(hit.score, 5),
                "passage": hit.passage,
            }
            for rank, hit in enumerate(hits, start=1)
        ]

    if words:
        lookup = parts.retriever.search_lexical
        return records
    try:
        with ProgressLine() as progress:
            parts.index(progress)
        lookup = parts.retriever.search
    except EmbedderUnavailable as error:
        sys.stderr.write(f"coach: {error} Searching by words alone.\n")
        lookup = parts.retriever.search_lexical
    return records


def _query_of(record: dict[str, Any]) -> str:
    query = record["query"]
    if not isinstance(query, str):
        raise ValueError(f"query is a text, not {type(query).__name__}")
    return query


def _show(results: list[dict[str, Any]], query: str) -> None:
    for row in results:
        typer.echo(printable(f"{row['rank']:>3}. {row['question']}  ({row['source']})"))
        typer.echo(f"     {_highlighted(printable(_excerpt(row['passage'], query)), query)}\n")
    if not results:
        typer.echo("Nothing found.")


def _excerpt(passage: str, query: str) -> str:
    """About `EXCERPT_WORDS` words of the passage, from a little before the first word that the query has too."""
    from coach.retrieval.lexical import highlights

    marked = highlights(passage, query)
    before = len(passage[: marked[0][0]].split()) if marked else 0
    words = passage.split()
    start = max(0, min(before - EXCERPT_WORDS // 4, len(words) - EXCERPT_WORDS))
    shown = " ".join(words[start : start + EXCERPT_WORDS])
    return f"{'… ' if start else ''}{shown}{' …' if start + EXCERPT_WORDS < len(words) else ''}"


def _highlighted(text: str, query: str) -> str:
    """The text with the query's words in bold (click drops the codes when the output is no terminal)."""
    from coach.retrieval.lexical import highlights

    pieces, end = [], 0
    for start, stop in highlights(text, query):
        pieces += [text[end:start], typer.style(text[start:stop], bold=True)]
        end = stop
    return "".join([*pieces, text[end:]])
