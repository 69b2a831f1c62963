"""Frequently asked questions as a web page leaves them when copied: each question ends with a disclosure triangle.

What is overfitting?▾
Overfitting occurs when ...
"""

import re
from itertools import pairwise

from coach.bank.drafts import Draft, Parsed, Skipped
from coach.bank.fences import in_code, tidy
from coach.bank.text import asked, folded

TRIANGLES = "▾▼▽▿⌄⏷▸▶►▹"
_QUESTION = re.compile(rf"(.*\S)\s*[{TRIANGLES}]\ufe0e?\s*$")
_ENDED = re.compile(r"[.!?:;)\]\"'”’…`]$|^#")


def sniff(text: str) -> float:
    """Sure when two or more lines end in a triangle, unsure with one."""
    found = sum(1 for line in text.split("\n") if _QUESTION.match(line))
    return min(0.95, 0.5 * found)


def read(text: str, name: str) -> Parsed:
    """Read every question; lines before the first one are the page's title and navigation."""
    lines = text.split("\n")
    code = in_code(lines)
    marks = [index for index, line in enumerate(lines) if not code[index] and _QUESTION.match(line)]
    starts = [_start(lines, code, mark) for mark in marks]
    parsed = Parsed()
    for mark, (start, end) in zip(marks, pairwise([*starts, len(lines)]), strict=True):
        question = folded(" ".join([*lines[start:mark], re.sub(_QUESTION, r"\1", lines[mark])]))
        answer, blocks = tidy(lines[mark + 1 : end])
        if not answer:
            parsed.skipped.append(Skipped(name, start + 1, f"no answer to “{question}”"))
            continue
        parsed.drafts.append(Draft(text=asked(question), answer=answer, line=start + 1, code_blocks=blocks))
    return parsed


def _start(lines: list[str], code: list[bool], mark: int) -> int:
    """First line of the question whose triangle is in line `mark`: wrapped lines before it belong to it.

    The line above is part of the question only if it does not end a sentence and the question's own line goes on in
    small letters, so that a title or an answer without a full stop is not swallowed.
    """
    start = mark
    while start > 0 and not code[start - 1]:
        above = lines[start - 1].strip()
        goes_on = lines[start].strip()[:1].islower()
        if not above or not goes_on or _ENDED.search(above) or _QUESTION.match(above):
            break
        start -= 1
    return start
