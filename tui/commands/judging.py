"""`coach score`, `coach followup`, `coach judge`: judging answers for other programs, and judging the judge."""

from pathlib import Path
from typing import Annotated

import typer

from coach.config import load
from tui.jsonl import graded_keys, print_line, run_batch
from tui.text import printable

Batch = Annotated[Path, typer.Option("--batch", help="File of JSON Lines, or - for standard input.")]
Json = Annotated[bool, typer.Option("--json", help="JSON Lines on standard output (always on for batches).")]
judge_app = typer.Typer(help="How far the judge can be trusted.", rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(score)
    app.command()(followup)
    app.add_typer(judge_app, name="judge")


def score(
    batch: Batch,
    json: Json = False,
    judge: Annotated[str, typer.Option(help="auto, semantic or llm")] = "auto",
    endpoint: Annotated[str, typer.Option(help="OpenAI-compatible server to judge with.")] = "",
    concurrency: Annotated[
        int | None, typer.Option(min=1, max=256, help="Requests at a time (with --endpoint); default: as configured.")
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(help="Earlier output: what it graded is skipped. Append to it with >>.")
    ] = None,
) -> None:
    """Judge answers.  Example: coach score --batch answers.jsonl --json"""
    from coach.assemble import Parts
    from coach.batch import AnswerScorer

    config = load()
    scorer = AnswerScorer(Parts(config), judge=judge, endpoint=endpoint, concurrency=concurrency)
    if notice := scorer.check_model():
        typer.echo(printable(f"coach: {notice}"), err=True)
    done = graded_keys(resume) if resume else frozenset()
    # Answers are judged beside one another too: the requests of one alone would leave a cluster idle.
    workers = (concurrency or config.llm.concurrency) if endpoint else 1
    run_batch(batch, scorer.score, skip=done, workers=workers)


def followup(batch: Batch, json: Json = False) -> None:
    """Ask what an answer missed.  Example: coach followup --batch answers.jsonl --json"""
    from coach.assemble import Parts
    from coach.batch import FollowUpAsker

    run_batch(batch, FollowUpAsker(Parts(load())).ask)


@judge_app.command()
def report(json: Json = False) -> None:
    """Agreement with your own grades over time.  Example: coach judge report"""
    from coach.assemble import Parts
    from coach.judge_report import agreement_by_month

    rows = agreement_by_month(Parts(load()).store.attempts.cases())
    if not rows and not json:
        typer.echo("No grade of yours to compare with yet: press a digit behind a verdict to give one.")
    for row in rows:
        if json:
            print_line(row)
        else:
            share = f"{row['within_one']:.0%} within one grade of yours"
            typer.echo(printable(f"{row['month']}  {row['judge']}: {row['cases']} cases, {share}"))
