"""The last resort for plain text: paragraphs that are one question are questions, what follows is the answer."""

import re
from itertools import pairwise

from coach.bank.drafts import Draft, Parsed, Skipped
from coach.bank.fences import in_code, tidy
from coach.bank.text import asked, folded

_QUESTION = re.compile(r"^[\W\d]*[A-Z][^.!?]*(?:[.!][^.!?]+)?\?[*\"”'’)]*$")
LONGEST, MOST_LINES = 300, 4
"""Characters and lines of a paragraph that can be a question."""


def sniff(text: str) -> float:
    """Unsure: two or more paragraphs that are questions."""
    return 0.25 if len(_starts(text.split("\n"))) >= 2 else 0.0


def read(text: str, name: str) -> Parsed:
    """Read every question with the text up to the next one."""
    lines = text.split("\n")
    starts = _starts(lines)
    parsed = Parsed()
    for (start, after), (end, _) in pairwise([*starts, (len(lines), 0)]):
        question = asked(re.sub(r"^[\W\d]+(?=\w)|\*\*", "", folded(" ".join(lines[start:after]))))
        answer, blocks = tidy(lines[after:end])
        if answer:
            parsed.drafts.append(Draft(question, answer, start + 1, code_blocks=blocks))
        else:
            parsed.skipped.append(Skipped(name, start + 1, f"no answer to “{question}”"))
    return parsed


def _starts(lines: list[str]) -> list[tuple[int, int]]:
    """(first line, first line behind) of every question that begins a paragraph."""
    code = in_code(lines)
    found = []
    for index, line in enumerate(lines):
        above = lines[index - 1].strip() if index else ""
        if code[index] or not line.strip() or (above and above[-1] not in ".!?:"):
            continue
        text = ""
        for after in range(index, min(index + MOST_LINES, len(lines))):
            if code[after] or not lines[after].strip():
                break
            text = folded(f"{text} {lines[after]}")
            if len(text) <= LONGEST and _QUESTION.match(text):
                found.append((index, after + 1))
                break
    return found
