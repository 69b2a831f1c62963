"""Comma- or tab-separated tables with a column of questions and one of answers, Anki's text export among them.

Without names of columns a table is read where Anki's head says which are which, or where it has two columns and most
of the first one asks.

A column named `reviews` or `history` may hold past reviews: `2026-01-05T18:00:00Z=4; 2026-01-11T18:00:00Z=5`, each an
instant and a grade 0-5.
"""

import csv
import html
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from coach.bank.drafts import Draft, Parsed, PastReview, Skipped
from coach.bank.markdown_format import count_fences
from coach.bank.text import asked, questions_in, script
from coach.models import KINDS

_COLUMNS = {
    "question": "question front prompt term q",
    "answer": "answer back response definition a model_answer",
    "section": "section chapter deck category",
    "topic": "topic",
    "kind": "kind type",
    "level": "level difficulty",
    "tags": "tags tag",
    "id": "id guid",
    "follow_ups": "follow_ups followups follow-ups",
    "history": "reviews history",
}
_NAMES = {name: column for column, names in _COLUMNS.items() for name in names.split()}
_HEAD = re.compile(r"(?:#(?=[a-z ]+:)|(?=sep=))([a-z ]+)[:=](.*)$", re.I)
_SEPARATORS = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "space": " ", "colon": ":"}
_ANKI = {"guid column": "id", "deck column": "section", "tags column": "tags", "notetype column": ""}
"""Heads of Anki's text export that say, counting from 1, which column is not a field of the note."""
LOOKED_AT = 50
"""Lines from which a table without names is recognised."""
MOST_FIELD = 2**20


def sniff(text: str) -> float:
    """Sure when the first line, or Anki's `#columns:`, names a question's and an answer's column."""
    return 0.92 if _table(text) else 0.0


def read(text: str, name: str) -> Parsed:
    """Read every row that has a question and an answer."""
    parsed = Parsed()
    table = _table(text)
    if table is None:
        return parsed
    csv.field_size_limit(MOST_FIELD)
    rows = csv.reader(io.StringIO("\n".join(table.lines)), delimiter=table.delimiter)
    line = table.first_line
    try:
        for row in rows:
            _read_row(row, line, table, name, parsed)
            line = table.first_line + rows.line_num
    except csv.Error as error:
        parsed.skipped.append(Skipped(name, line, f"the table ends here: {error}"))
    return parsed


@dataclass(frozen=True, slots=True)
class _Table:
    """Rows without a head. columns: position of each known one.  first_line: of the rows, from 1."""

    columns: dict[str, int]
    lines: list[str]
    first_line: int
    delimiter: str
    is_html: bool


def _table(text: str) -> _Table | None:
    """How the text is to be read as a table of questions; None if it is none."""
    lines = text.split("\n")
    heads: dict[str, str] = {}
    while len(heads) < len(lines) and (found := _HEAD.match(lines[len(heads)])):
        heads[found[1].lower()] = found[2].strip()
    first = heads.get("columns") or (lines[len(heads)] if len(heads) < len(lines) else "")
    separator = heads.get("separator", heads.get("sep", "")).lower()
    delimiter = _SEPARATORS.get(separator, separator if len(separator) == 1 else max("\t,;", key=first.count))
    columns = columns_named(first.split(delimiter))
    start = len(heads) if "columns" in heads else len(heads) + 1
    if not columns.keys() >= {"question", "answer"}:
        columns, start = _unnamed(heads, lines[len(heads) :], delimiter), len(heads)
    if not columns:
        return None
    return _Table(columns, lines[start:], start + 1, delimiter, heads.get("html") == "true")


def columns_named(names: Sequence[str]) -> dict[str, int]:
    """Positions of the columns whose names are known, the first of each kind."""
    plain = [name.strip().strip('"*').lower() for name in names]
    return {_NAMES[name]: at for at, name in reversed(list(enumerate(plain))) if name in _NAMES}


def _unnamed(heads: Mapping[str, str], lines: list[str], delimiter: str) -> dict[str, int]:
    """The columns of a table that does not name them; none if it is no table of questions."""
    special = {name: int(heads[head]) - 1 for head, name in _ANKI.items() if heads.get(head, "").isdecimal()}
    if "separator" in heads and ("html" in heads or special):
        free = [at for at in range(len(special) + 2) if at not in special.values()]
        kept = {name: at for name, at in special.items() if name}
        return {"question": free[0], "answer": free[1], **kept}
    try:
        rows = [row for row in csv.reader(io.StringIO("\n".join(lines[:LOOKED_AT])), delimiter=delimiter) if row]
    except csv.Error:
        return {}
    pairs = len(rows) >= 2 and all(len(row) == 2 and all(map(str.strip, row)) for row in rows)
    asking = sum(row[0].strip().endswith("?") for row in rows)
    return {"question": 0, "answer": 1} if pairs and 2 * asking > len(rows) else {}


def _read_row(row: list[str], line: int, table: _Table, name: str, parsed: Parsed) -> None:
    values = {column: row[at].strip() for column, at in table.columns.items() if at < len(row)}
    if not any(values.values()):
        return
    if not values.get("question") or not values.get("answer"):
        parsed.skipped.append(Skipped(name, line, "no question or no answer in this row"))
        return
    try:
        parsed.drafts.append(draft_of(values, line, is_html=table.is_html))
    except ValueError as error:
        parsed.skipped.append(Skipped(name, line, str(error)))


def draft_of(values: Mapping[str, str], line: int, *, is_html: bool) -> Draft:
    """The question of a row. Raises ValueError if its history cannot be read."""
    question, answer = values["question"], values["answer"]
    if is_html:
        question, answer = plain_field(question), plain_field(answer)
    level = values.get("level", "")
    kind = values.get("kind", "").lower().replace(" ", "_").replace("-", "_")
    return Draft(
        text=asked(question),
        answer=answer.strip(),
        line=line,
        section=values.get("section", ""),
        external_id=values.get("id", ""),
        written_id=values.get("id", ""),
        topic=values.get("topic", ""),
        kind=next((known for known in KINDS if known == kind), None),
        level=min(5, max(1, int(level))) if level.isdecimal() else None,
        code_blocks=count_fences(answer),
        follow_ups=tuple(questions_in(values.get("follow_ups", ""))),
        tags=tuple(re.split(r"[,\s]+", values["tags"].strip())) if values.get("tags") else (),
        history=tuple(_review(part) for part in values.get("history", "").split(";") if part.strip()),
    )


def plain_field(text: str) -> str:
    """A card's field without HTML: line breaks, code and raised letters kept, tags and entities resolved."""
    text = re.sub(r"<pre\b[^<>]*>\n?((?:(?!<pre\b).)*?)\n?</pre>", r"<br>```<br>\1<br>```<br>", text, flags=re.I | re.S)
    text = re.sub(r"<(sup|sub)\b[^<>]*>([^<>]+)</\1>", _raised, text, flags=re.I)
    text = re.sub(r"<(?:br|/p|/div|/li)\b[^>]*>", "\n", text, flags=re.I)
    text = re.sub(r"<(?:li)\b[^>]*>", "- ", text, flags=re.I)
    return html.unescape(re.sub(r"<[^<>]+>|\[sound:[^\]]*\]", "", text)).replace("\xa0", " ").strip()


def _raised(found: re.Match[str]) -> str:
    return script("^" if found[1].lower() == "sup" else "_", found[2])


def _review(text: str) -> PastReview:
    """One past review. Raises ValueError if it is not an instant, “=” and a grade."""
    instant, _, grade = text.strip().partition("=")
    if grade.strip() not in tuple("012345"):
        raise ValueError(f"“{text.strip()}” is no review: expected an instant, “=” and a grade 0-5")
    at = datetime.fromisoformat(instant.strip())
    return PastReview(at if at.tzinfo else at.replace(tzinfo=UTC), int(grade))
