"""Tables in Markdown with a column of questions and one of answers.

| Question | Answer |
|---|---|
| What is a prior? | The distribution assumed before seeing data. |
"""

import re
from collections.abc import Iterator

from coach.bank.drafts import Parsed, Skipped
from coach.bank.fences import in_code
from coach.bank.readers.table import columns_named, draft_of
from coach.bank.text import HEADING

_RULE = re.compile(r"^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)+\|?\s*$")
_CELL = re.compile(r"(?<!\\)\|")


def sniff(text: str) -> float:
    """Fairly sure when a table names both columns."""
    return 0.7 if next(_tables(text.split("\n")), None) else 0.0


def read(text: str, name: str) -> Parsed:
    """Read every row of these tables; the heading above a table is the section."""
    lines = text.split("\n")
    parsed = Parsed()
    section, done = "", 0
    for head, columns in _tables(lines):
        titles = [found[1] for line in lines[done:head] if (found := HEADING.match(line))]
        section, done = (titles or [section])[-1], head
        for index in range(head + 2, len(lines)):
            if "|" not in lines[index]:
                break
            cells = _cells(lines[index])
            values = {"section": section} | {column: cells[at] for column, at in columns.items() if at < len(cells)}
            try:
                if not values.get("question") or not values.get("answer"):
                    raise ValueError("no question or no answer in this row")
                parsed.drafts.append(draft_of(values, index + 1, is_html=False))
            except ValueError as error:
                parsed.skipped.append(Skipped(name, index + 1, str(error)))
    return parsed


def _tables(lines: list[str]) -> Iterator[tuple[int, dict[str, int]]]:
    """(line of the head, from 0, and its columns) of every table with questions and answers."""
    code = in_code(lines)
    for index in range(len(lines) - 1):
        if "|" in lines[index] and not code[index] and _RULE.match(lines[index + 1]):
            columns = columns_named(_cells(lines[index]))
            if columns.keys() >= {"question", "answer"}:
                yield index, columns


def _cells(line: str) -> list[str]:
    parts = _CELL.split(line.strip().removeprefix("|"))
    return [re.sub(r"<br\s*/?>", "\n", part.strip().replace("\\|", "|"), flags=re.I) for part in parts]
