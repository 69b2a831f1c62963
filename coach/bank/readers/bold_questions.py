"""Questions in bold at the beginning of a line, alone or as the items of a list.

1. **What is a prior?** The distribution assumed before seeing data.

**Q2: What is a posterior?**

The distribution after seeing them.
"""

import re
from textwrap import dedent

from coach.bank.drafts import Draft, Parsed, Skipped
from coach.bank.fences import in_code, tidy
from coach.bank.text import HEADING, asked

_BOLD = re.compile(
    r"^\s{0,3}(?:[-*+]\s+|(?P<item>\d+)[.)]\s+)?(?P<mark>\*\*|__)"
    r"(?P<label>(?:Q(?:uestion)?\s*)?(?P<number>\d+)\s*[.:)]\s*|Q(?:uestion)?\s*[.:)]\s*)?"
    r"(?P<text>\S.{0,400}?)\s*(?P=mark)\s*[:.]?\s*(?P<rest>.*)$",
    re.I,
)
_ASKS = re.compile(r"\?$|^(?:explain|describe|define|derive|compare|design|implement|write|tell)\s+\S", re.I)
_ANSWER = re.compile(r"^\s*(?:\*\*|__)?(?:A|Answer)\s*[:.]\s*(?:\*\*|__)?\s*", re.I)


def sniff(text: str) -> float:
    """Sure when two or more are numbered or labelled; else unsure, for answers hold questions in bold too."""
    starts = _starts(text.split("\n"))
    if len(starts) < 2:
        return 0.0
    return 0.85 if _is_labelled(starts[0][1]) else 0.4


def read(text: str, name: str) -> Parsed:
    """Read every question with the text up to the next one or the next heading."""
    lines = text.split("\n")
    code = in_code(lines)
    starts = _starts(lines)
    parsed = Parsed()
    section, done = "", 0
    for (index, bold), following in zip(starts, [*(line for line, _ in starts[1:]), len(lines)], strict=False):
        for line in range(done, index):
            if not code[line] and (heading := HEADING.match(lines[line])):
                section = heading[1]
        ends = (line for line in range(index + 1, following) if not code[line] and HEADING.match(lines[line]))
        done = end = next(ends, following)
        question = asked(bold["text"])
        below = dedent("\n".join(lines[index + 1 : end]))
        answer, blocks = tidy(_ANSWER.sub("", f"{bold['rest']}\n{below}".lstrip("\n"), count=1).split("\n"))
        if answer:
            number = bold["item"] or bold["number"] or ""
            parsed.drafts.append(Draft(question, answer, index + 1, section, number, code_blocks=blocks))
        else:
            parsed.skipped.append(Skipped(name, index + 1, f"no answer to “{question}”"))
    return parsed


def _starts(lines: list[str]) -> list[tuple[int, re.Match[str]]]:
    """Lines, from 0, that begin with a question in bold: those with a number or label if there are two of them."""
    code = in_code(lines)
    matches = ((index, _BOLD.match(line)) for index, line in enumerate(lines) if not code[index])
    found = [(index, bold) for index, bold in matches if bold and _ASKS.search(bold["text"])]
    labelled = [(index, bold) for index, bold in found if _is_labelled(bold)]
    return labelled if len(labelled) >= 2 else found


def _is_labelled(bold: re.Match[str]) -> bool:
    return bool(bold["item"] or bold["label"])
