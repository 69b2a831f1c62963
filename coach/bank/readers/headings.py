"""Plain Markdown notes, and what HTML and docx become: headings are the questions.

If some headings are questions, only those count and the others are sections; what stands beside questions under a
heading that asks nothing is listed as skipped. In prose without questions every heading with text of its own becomes
“Explain …”.
"""

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass

from markdown_it import MarkdownIt

from coach.bank.drafts import Draft, Parsed, Skipped
from coach.bank.fences import tidy
from coach.bank.text import asked, folded

_MARKDOWN = MarkdownIt("commonmark")
_NUMBER = re.compile(r"^(?:Q(?:uestion)?\s*)?(\d+(?:\.\d+)*)\s*[.):–-]*\s+(?=\S)|^Q(?:uestion)?\s*[:.)]\s*", re.I)
_ASKS = re.compile(
    r"^(?:what|why|how|when|where|which|who|explain|describe|compare|define|design|implement|derive|discuss|tell me)\b",
    re.I,
)
_REQUEST = re.compile(r"^(?:explain|describe|define|derive)\s+\S", re.I)
LONGEST = 400
"""Characters of a heading that can still be a question."""


@dataclass(frozen=True, slots=True)
class _Heading:
    level: int
    text: str
    line: int
    after: int


def sniff(text: str) -> float:
    """Unsure: any document with a heading can be read this way; more sure when headings ask."""
    headings = _headings(text)
    if not headings:
        return 0.0
    return 0.75 if sum(_is_question(heading) for heading in headings) >= 2 else 0.3


def read(text: str, name: str) -> Parsed:
    """Read every heading that asks, or every heading with text of its own if none does."""
    lines = text.split("\n")
    headings = _headings(text)
    asking = {heading for heading in headings if _is_question(heading)}
    parsed = Parsed()
    levels = {heading.level for heading in asking}
    done = 0
    for index, (heading, section) in enumerate(zip(headings, _sections(headings, asking), strict=True)):
        if asking and heading not in asking:
            beside = heading.level in levels and heading.line >= done
            if beside and tidy(lines[heading.after : _end(headings, index, len(lines), whole=False)])[0]:
                parsed.skipped.append(Skipped(name, heading.line + 1, f"“{heading.text[:LONGEST]}” asks nothing"))
            continue
        done = end = _end(headings, index, len(lines), whole=bool(asking))
        answer, blocks = tidy(lines[heading.after : end])
        if answer and heading.text:
            question = _question(heading.text, section, prose=not asking)
            number = _NUMBER.match(heading.text)
            printed = (number[1] or "") if number else ""
            parsed.drafts.append(Draft(question, answer, heading.line + 1, section, printed, code_blocks=blocks))
        elif asking:
            parsed.skipped.append(Skipped(name, heading.line + 1, f"no answer to “{heading.text[:LONGEST]}”"))
    return parsed


def asking(text: str, name: str) -> list[Draft]:
    """The headings that ask and are answered, in what another reader leaves of a document."""
    return read(text, name).drafts if any(_is_question(heading) for heading in _headings(text)) else []


def _headings(text: str) -> list[_Heading]:
    tokens = _MARKDOWN.parse(text)
    return [
        _Heading(int(token.tag[1]), folded(tokens[index + 1].content), token.map[0], token.map[1])
        for index, token in enumerate(tokens)
        if token.type == "heading_open" and token.level == 0 and token.map
    ]


def _is_question(heading: _Heading) -> bool:
    text = _NUMBER.sub("", _bare(heading.text))
    requests = bool(_REQUEST.match(text) or (_ASKS.match(text) and len(text.split()) > 2))
    return len(text) <= LONGEST and (text.endswith("?") or requests)


def _bare(text: str) -> str:
    return text.strip("*_ ")


def _end(headings: list[_Heading], index: int, last: int, *, whole: bool) -> int:
    """Where a heading's text ends: `whole` keeps deeper headings that ask nothing, for they belong to the answer."""
    for later in headings[index + 1 :]:
        if not whole or later.level <= headings[index].level or _is_question(later):
            return later.line
    return last


def _sections(headings: list[_Heading], asking: Set[_Heading]) -> Iterator[str]:
    """For each heading the nearest one above of a higher level that is no question itself."""
    above: list[_Heading] = []  # levels rising
    for heading in headings:
        while above and above[-1].level >= heading.level:
            above.pop()
        yield next((_bare(earlier.text) for earlier in reversed(above) if earlier not in asking), "")
        above.append(heading)


def _question(text: str, section: str, *, prose: bool) -> str:
    text = _NUMBER.sub("", _bare(text)) or text
    if not prose:
        return asked(text)
    return f"Explain “{text}”" + (f" ({section})." if section and section != text else ".")
