"""Numbered questions under sections, as text extraction leaves a PDF.

    Core Concepts

    This section focuses on ...

    1. How do you ...?

    Answer, with lists, numbered ones too, and code in fences that page breaks may have cut.

    2. ...

Answers hold numbered lines that look like the next question. `coach.bank.numbering` picks the questions.
"""

from itertools import pairwise

from coach.bank.drafts import Draft, Parsed, Skipped
from coach.bank.fences import tidy
from coach.bank.numbering import Start, candidates, chosen, section_above
from coach.bank.text import asked


def sniff(text: str) -> float:
    """Unsure by nature: grows with the number of consecutive lines that are likely questions, up to 0.8."""
    starts = chosen(candidates(text.split("\n")))
    return 0.0 if len(starts) < 2 else min(0.8, 0.3 + 0.1 * len(starts))


def read(text: str, name: str) -> Parsed:
    """Read every question with its section; titles and introductions of sections belong to no answer."""
    lines = text.split("\n")
    starts = chosen(candidates(lines))
    last = Start(len(lines), len(lines), 0, "", 0.0, opens_section=False)
    parsed = Parsed()
    section = ""
    for start, following in pairwise([*starts, last]):
        if start.number == 1 or start.opens_section:
            section = section_above(lines, start.line).title or section
        answer, blocks = tidy(lines[start.after : _end(lines, following)])
        question = asked(start.text)
        if answer:
            parsed.drafts.append(
                Draft(question, answer, start.line + 1, section, external_id=str(start.number), code_blocks=blocks)
            )
        else:
            parsed.skipped.append(Skipped(name, start.line + 1, f"no answer to “{start.number}. {question}”"))
    return parsed


def _end(lines: list[str], following: Start) -> int:
    """Where the answer before `following` ends: at the title of the section that it opens, if it opens one."""
    return section_above(lines, following.line).line if following.opens_section else following.line
