"""Entries of a knowledge hub as copied from the page: a code, the question, a difficulty, then named parts.

ML-MED-017 How do ... and ... compare?
Machine Learning Intermediate
5/10
Answer
...
ID: ML-MED-017  ·  Difficulty: 5/10  ·  Level: Intermediate
"""

import re
from itertools import pairwise

from coach.bank.drafts import Draft, Parsed, Skipped
from coach.bank.fences import tidy
from coach.bank.text import asked, folded, questions_in, sentences

_CODE = re.compile(r"^\s*([A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*-\d{2,5})\s+(\S.*)$")
_DIFFICULTY = re.compile(r"^\s*(\d{1,2})\s*/\s*10\s*$")
_END = re.compile(r"^\s*ID:\s*[A-Z0-9-]+\s*(?:$|[·|•])")
ANSWER, MISTAKES, FOLLOW_UPS = "answer", "common mistakes", "follow-up questions"
_PARTS = (ANSWER, "deep explanation", "real-world example", MISTAKES, "production scenario", FOLLOW_UPS)
FURTHEST = 8
"""An entry's difficulty stands within this many lines of its code."""


def sniff(text: str) -> float:
    """Sure when a line with a code is followed by a difficulty."""
    lines = text.split("\n")
    return 0.9 if any(_difficulty_line(lines, index) for index in range(len(lines)) if _CODE.match(lines[index])) else 0


def read(text: str, name: str) -> Parsed:
    """Read every entry; what stands before the first and after an entry's last line is navigation."""
    lines = text.split("\n")
    starts = [index for index, line in enumerate(lines) if _CODE.match(line) and _difficulty_line(lines, index)]
    parsed = Parsed()
    for start, end in pairwise([*starts, len(lines)]):
        draft = _entry(lines, start, end)
        if draft.answer:
            parsed.drafts.append(draft)
        else:
            parsed.skipped.append(Skipped(name, start + 1, f"no part “Answer” for “{draft.text}”"))
    return parsed


def _difficulty_line(lines: list[str], start: int) -> int | None:
    """The line `N/10` that belongs to the code in line `start`, if there is one before the next code."""
    for index in range(start + 1, min(start + 1 + FURTHEST, len(lines))):
        if _CODE.match(lines[index]):
            return None
        if _DIFFICULTY.match(lines[index]):
            return index
    return None


def _entry(lines: list[str], start: int, end: int) -> Draft:
    head = _CODE.match(lines[start])
    code, first = head.groups() if head else ("", "")
    at = _difficulty_line(lines, start) or start
    between = [line for line in lines[start + 1 : at] if line.strip()]
    wrapped, category = between[:-1], between[-1:]
    end = next((index for index in range(at, end) if _END.match(lines[index])), end)
    parts = _parts(lines[at + 1 : end])
    answer, blocks = tidy(_joined(parts))
    rating = _DIFFICULTY.match(lines[at])
    difficulty = int(rating[1]) if rating else 5
    printed = (f"difficulty {difficulty}/10",) if rating else ()
    return Draft(
        text=asked(" ".join([first, *wrapped])),
        answer=answer if ANSWER in parts else "",
        line=start + 1,
        external_id=code,
        written_id=code,
        level=min(5, max(1, (difficulty + 1) // 2)),
        code_blocks=blocks,
        mistakes=tuple(sentences(" ".join(parts.get(MISTAKES, [])))),
        follow_ups=tuple(questions_in(" ".join(parts.get(FOLLOW_UPS, [])))),
        tags=(*(folded(line) for line in category), *printed),
    )


def _parts(lines: list[str]) -> dict[str, list[str]]:
    """The named parts of an entry, in order; a name may have a symbol in front."""
    parts: dict[str, list[str]] = {}
    current: list[str] = []
    for line in lines:
        title = re.sub(r"^[^\w]+", "", line.strip()).lower()
        if title in _PARTS and title not in parts:
            current = parts[title] = []
        else:
            current.append(line)
    return parts


def _joined(parts: dict[str, list[str]]) -> list[str]:
    """The whole model answer: the short one, then every other part under its name, the follow-ups left out."""
    lines: list[str] = []
    for title, part in parts.items():
        if title == FOLLOW_UPS:
            continue
        body = "\n".join(part).strip("\n").split("\n")
        lines += body if title == ANSWER else ["", f"**{title.capitalize()}**", "", *body]
    return lines
