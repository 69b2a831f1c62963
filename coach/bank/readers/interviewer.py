"""Mock interviews: “### Question N: title”, an interviewer's line, then an ideal answer, mostly inside a fence.

### Question 1: Trade-offs
**Interviewer:** "Explain ..."

**Ideal Answer:**
```
Prose in a fence, possibly with fences of its own.
```
"""

import re
from itertools import pairwise

from coach.bank.drafts import Draft, Parsed, Skipped
from coach.bank.fences import Fence, closes, fence, looks_like_code, tidy
from coach.bank.text import asked, folded

_HEADING = re.compile(r"^###\s+Question\s+(\d+)\s*(?:[:.)–—-]\s*(.*?))?\s*#*\s*$", re.I)
_SECTION = re.compile(r"^##\s+(\S.*?)\s*#*\s*$")
_ASKS = re.compile(r"^\*\*Interviewer:?\*\*:?\s*(.*)$", re.I)
_LABEL = re.compile(r"^\*\*([^*]{2,60}?):?\*\*:?\s*$")
_PROSE = ("", "text", "txt", "markdown", "md", "plain", "plaintext")


def sniff(text: str) -> float:
    """Sure when numbered question headings come with interviewers' lines."""
    headings = sum(1 for line in text.split("\n") if _HEADING.match(line))
    asks = sum(1 for line in text.split("\n") if _ASKS.match(line))
    return 0.95 if headings and asks else 0.0


def read(text: str, name: str) -> Parsed:
    """Read every question with the section it stands in."""
    lines = text.split("\n")
    parsed = Parsed()
    starts = [index for index, line in enumerate(lines) if _HEADING.match(line)]
    sections = {index: _SECTION.match(line) for index, line in enumerate(lines) if _opens_section(lines, index)}
    for start, following in pairwise([*starts, len(lines)]):
        section = next((found[1] for index in range(start, -1, -1) if (found := sections.get(index))), "")
        end = next((index for index in range(start + 1, following) if index in sections), following)
        draft = _question(lines, start, end, section)
        if draft.text and draft.answer:
            parsed.drafts.append(draft)
        else:
            missing = "answer" if draft.text else "interviewer's line"
            parsed.skipped.append(Skipped(name, start + 1, f"no {missing} under “{folded(lines[start])}”"))
    return parsed


def _opens_section(lines: list[str], index: int) -> bool:
    """True for a heading “## …” with a question's heading as the next line: others are comments in code."""
    if not _SECTION.match(lines[index]):
        return False
    below = next((line for line in lines[index + 1 :] if line.strip()), "")
    return bool(_HEADING.match(below))


def _question(lines: list[str], start: int, end: int, section: str) -> Draft:
    heading = _HEADING.match(lines[start])
    number, title = heading.groups("") if heading else ("", "")
    at = next((index for index in range(start + 1, end) if _ASKS.match(lines[index])), end)
    asks: list[str] = []
    after = at
    while after < end and lines[after].strip() and not (after > at and _LABEL.match(lines[after])):
        asks.append(lines[after] if after > at else (_ASKS.match(lines[at]) or ["", ""])[1])
        after += 1
    answer, blocks = tidy(_answer(lines[after:end]))
    return Draft(
        text=_unquoted(asked(" ".join(asks))),
        answer=answer,
        line=start + 1,
        section=folded(section),
        external_id=number,
        code_blocks=blocks,
        tags=(folded(title),) if title else (),
    )


def _unquoted(text: str) -> str:
    pairs = ('""', "“”", "''", "‘’")
    return text[1:-1].strip() if len(text) > 1 and text[0] + text[-1] in pairs else text


def _answer(lines: list[str]) -> list[str]:
    """The parts under their labels, the first label left out, fences around prose taken off."""
    labels = [index for index, line in enumerate(lines) if _LABEL.match(line) and _stands_alone(lines, index)]
    if not labels:
        return _unfenced(lines)
    result = _unfenced(lines[: labels[0]])
    for at, following in pairwise([*labels, len(lines)]):
        if any(line.strip() for line in result):
            result += ["", lines[at].strip(), ""]
        result += _unfenced(lines[at + 1 : following])
    return result


def _stands_alone(lines: list[str], index: int) -> bool:
    """True if a label begins a part: it is the first thing said, or a fence follows it."""
    below = next((line for line in lines[index + 1 :] if line.strip()), "")
    return fence(below) is not None or not any(line.strip() for line in lines[:index])


def _unfenced(lines: list[str]) -> list[str]:
    """Take the outer fence off a part that is one block of prose, keeping the fences inside it."""
    body = "\n".join(lines).strip("\n").split("\n")
    first, last = fence(body[0]), fence(body[-1])
    if len(body) < 2 or first is None or last is None or not closes(last, first) or first.info.lower() not in _PROSE:
        return body
    inner = body[1:-1]
    return body if _ends_early(inner, first) else inner


def _ends_early(inner: list[str], outer: Fence) -> bool:
    """True if the outer fence is not one block of prose: it holds code, or it closes before its part ends.

    A fence inside that is indented or names a language is nested. Of others, prose before and code behind tell
    that one opens a nested block and does not close the outer one.
    """
    fences = [(index, found) for index, line in enumerate(inner) if (found := fence(line))]
    if not fences:
        return looks_like_code("\n".join(inner))
    at, found = fences[0]
    if found.info or found.indent > outer.indent or not closes(found, outer):
        return False
    behind = fences[1][0] if len(fences) > 1 else len(inner)
    return looks_like_code("\n".join(inner[:at])) or not looks_like_code("\n".join(inner[at + 1 : behind]))
