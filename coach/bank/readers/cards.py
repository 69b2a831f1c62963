"""Cards in a text file: a line `Q: …` and below it `A: …`, several lines each; `Q. …` and `A. …` as well.

Q: What is a prior?
A: The distribution assumed before seeing data.
"""

import re
from itertools import pairwise

from coach.bank.drafts import Draft, Parsed, Skipped
from coach.bank.fences import in_code, tidy
from coach.bank.readers import headings
from coach.bank.text import HEADING, asked

_LABEL = r"^\s{{0,3}}(?:[-*]\s+)?(?:\*\*)?(?:{})\s*(\d*)\s*[.)]?\s*(?:\*\*)?\s*:(?:\*\*)?\s*(.*)$"
_FRONT = re.compile(_LABEL.format("Q|Question|Front"), re.I)
_BACK = re.compile(_LABEL.format("A|Answer|Back"), re.I)
_DOTTED_FRONT = re.compile(r"^\s{0,3}(?:\*\*)?Q(\d*)\.(?:\*\*)?\s+(\S.*)$")
_DOTTED_BACK = re.compile(r"^\s{0,3}(?:\*\*)?A(\d*)\.(?:\*\*)?\s+(\S.*)$")
_RULE = re.compile(r"^\s*(?:-{3,}|\*{3,}|_{3,})\s*$")


def sniff(text: str) -> float:
    """Sure when lines `Q:` are followed by lines `A:`."""
    lines = text.split("\n")
    fronts = sum(1 for line in lines if _front(line))
    backs = sum(1 for line in lines if _BACK.match(line) or _DOTTED_BACK.match(line))
    return 0.9 if fronts and backs and 2 * min(fronts, backs) >= max(fronts, backs) else 0.0


def read(text: str, name: str) -> Parsed:
    """Read every card; headings between cards are their sections or questions themselves, rules end cards."""
    lines = text.split("\n")
    rest = lines.copy()
    code = in_code(lines)
    starts = [index for index, line in enumerate(lines) if not code[index] and _front(line)]
    parsed = Parsed()
    section = ""
    done = 0
    for start, following in pairwise([*starts, len(lines)]):
        section = _last_section(lines[done:start], code[done:start]) or section
        done = start
        end = next((i for i in range(start, following) if not code[i] and _ends(lines[i])), following)
        rest[start:end] = [""] * (end - start)
        body = [i for i in range(start + 1, end) if not code[i]]
        back = next((i for i in body if _BACK.match(lines[i])), None)
        if back is None and _DOTTED_FRONT.match(lines[start]):  # beside `Q:` it may be the first of several choices
            back = next((i for i in body if _DOTTED_BACK.match(lines[i])), None)
        front = _front(lines[start])
        question = asked(" ".join([front[2] if front else "", *lines[start + 1 : back or start + 1]]))
        first = (_BACK.match(lines[back]) or _DOTTED_BACK.match(lines[back])) if back is not None else None
        answer, blocks = tidy([first[2], *lines[(back or 0) + 1 : end]]) if first else ("", 0)
        if question and answer:
            number = front[1] if front else ""
            parsed.drafts.append(Draft(question, answer, start + 1, section, number, code_blocks=blocks))
        else:
            parsed.skipped.append(Skipped(name, start + 1, f"no {'answer to' if question else 'text in'} this card"))
    parsed.drafts = sorted([*parsed.drafts, *headings.asking("\n".join(rest), name)], key=lambda draft: draft.line)
    return parsed


def _front(line: str) -> re.Match[str] | None:
    return _FRONT.match(line) or _DOTTED_FRONT.match(line)


def _ends(line: str) -> bool:
    return bool(_RULE.match(line) or HEADING.match(line))


def _last_section(lines: list[str], code: list[bool]) -> str:
    prose = [line for line, inside in zip(lines, code, strict=True) if not inside]
    found = [match[1] for line in prose if (match := HEADING.match(line))]
    return found[-1] if found else ""
