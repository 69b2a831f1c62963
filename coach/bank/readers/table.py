"""Comma- or tab-separated tables with a column of questions and one of answers, Anki's text export among them.

A column named `reviews` or `history` may hold past reviews: `2026-01-05T18:00:00Z=4; 2026-01-11T18:00:00Z=5`, each an
instant and a grade 0-5.
"""

import csv
import html
import io
import re
from dataclasses import dataclass
from datetime import UTC, datetime

from coach.bank.drafts import Draft, Parsed, PastReview, Skipped
from coach.bank.markdown_format import count_fences
from coach.bank.text import asked, questions_in
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
    while len(heads) < len(lines) and (found := re.match(r"#([a-z ]+):(.*)$", lines[len(heads)])):
        heads[found[1]] = found[2].strip()
    first = heads.get("columns") or (lines[len(heads)] if len(heads) < len(lines) else "")
    separator = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}.get(heads.get("separator", "").lower())
    delimiter = separator or max("\t,;", key=first.count)
    names = [name.strip().strip('"').lower() for name in first.split(delimiter)]
    columns = {_NAMES[name]: at for at, name in reversed(list(enumerate(names))) if name in _NAMES}
    if "question" not in columns or "answer" not in columns:
        return None
    start = len(heads) if "columns" in heads else len(heads) + 1
    return _Table(columns, lines[start:], start + 1, delimiter, heads.get("html") == "true")


def _read_row(row: list[str], line: int, table: _Table, name: str, parsed: Parsed) -> None:
    values = {column: row[at].strip() for column, at in table.columns.items() if at < len(row)}
    if not any(values.values()):
        return
    if not values.get("question") or not values.get("answer"):
        parsed.skipped.append(Skipped(name, line, "no question or no answer in this row"))
        return
    try:
        parsed.drafts.append(_draft(values, line, table.is_html))
    except ValueError as error:
        parsed.skipped.append(Skipped(name, line, str(error)))


def _draft(values: dict[str, str], line: int, is_html: bool) -> Draft:
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
    """A card's field without HTML: line breaks kept, tags and entities resolved."""
    text = re.sub(r"<(?:br|/p|/div|/li)\b[^>]*>", "\n", text, flags=re.I)
    text = re.sub(r"<(?:li)\b[^>]*>", "- ", text, flags=re.I)
    return html.unescape(re.sub(r"<[^<>]+>", "", text)).replace("\xa0", " ").strip()


def _review(text: str) -> PastReview:
    """One past review. Raises ValueError if it is not an instant, “=” and a grade."""
    instant, _, grade = text.strip().partition("=")
    if grade.strip() not in tuple("012345"):
        raise ValueError(f"“{text.strip()}” is no review: expected an instant, “=” and a grade 0-5")
    at = datetime.fromisoformat(instant.strip())
    return PastReview(at if at.tzinfo else at.replace(tzinfo=UTC), int(grade))
