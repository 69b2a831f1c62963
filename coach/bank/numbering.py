"""Which of many numbered lines are the questions of a document.

Every numbered line outside of code is a candidate. Each gets a score for looking like a question where it stands; then
the best chain is taken in which numbers count up by one and start again at 1 in a new section (dynamic programming
over the candidates, linear in their number).
"""

import re
from dataclasses import dataclass, replace
from statistics import median

from coach.bank.fences import in_code
from coach.bank.text import folded

_NUMBERED = re.compile(
    r"^\s{0,3}(?:\*\*|#{1,6}\s+)?(?:Q(?:uestion)?\.?\s*)?(\d{1,6})\s*[.)]\s+(\S.*?)(?:\*\*)?\s*$", re.I
)
_ASKING = re.compile(
    r"^[\"'“(*]*(?:what|why|how|when|where|which|who|whom|whose|is|are|was|were|do|does|did|can|could|would|should|will|"
    r"have|has|if|given|suppose|imagine|explain|describe|discuss|define|compare|contrast|differentiate|distinguish|"
    r"design|implement|write|code|build|create|develop|architect|draw|sketch|outline|list|name|give|provide|show|prove|"
    r"derive|compute|calculate|find|solve|optimi[sz]e|debug|walk|tell|talk|share|state|mention|summari[sz]e|illustrate|"
    r"evaluate|analy[sz]e|estimate|propose|identify|convert|return|check|detect|reverse|merge|sort|your|you|you're|in|"
    r"during|at|for|after)\b",
    re.I,
)
_LABEL = re.compile(r"^\W*[^?!:]{1,80}:(?:\*\*)?(?:\s|$)")
_MARKS = ("?", "?”", '?"', "?)")
_STOP = re.compile(r"[.?!][\"'”’)*]*$")
_RULE = re.compile(r"^\s*(?:[-*_=]\s*){3,}$")
_BULLET = re.compile(r"^\s*(?:[-*•+]\s|\d+[.)]\s|#|\||>)")

NEW_SECTION, NEW_WITHOUT_TITLE, GAP = -0.5, -3.0, -4.0
"""What starting again at 1 costs below a section's title and elsewhere, and what a missing number costs."""
FURTHEST_GAP = 3
STATEMENT = 2.0
"""What a numbered line that asks nothing loses where most others ask."""
NEAR = 8
"""Candidates before and behind one whose punctuation is compared with it."""
LONGEST_TITLE = 80
LONGEST_REST = 60
"""Letters of a question's last words that a page break may have pushed away from it."""


@dataclass(frozen=True, slots=True)
class Start:
    """A numbered line that may begin a question. after: first line behind the question's text; both from 0."""

    line: int
    after: int
    number: int
    text: str
    score: float
    opens_section: bool

    @property
    def asks(self) -> bool:
        """True for a question mark at the end, or a question word or request at the beginning."""
        return self.text.endswith(_MARKS) or bool(_ASKING.match(self.text))


@dataclass(frozen=True, slots=True)
class Section:
    """The title above a question, in line `line` (from 0); without a title, `line` is the question's own."""

    title: str
    line: int


def candidates(lines: list[str]) -> list[Start]:
    """Every numbered line outside of code with its score as a question: positive means likely."""
    code = in_code(lines)
    found = []
    for index, line in enumerate(lines):
        if not code[index] and (match := _NUMBERED.match(line)):
            text, after = _whole(lines, index, match[2])
            opens = int(match[1]) == 1 and bool(section_above(lines, index).title)
            found.append(Start(index, after, int(match[1]), text, _score(lines, index, after, text), opens))
    return _with_lost_words(lines, _where_all_ask(found))


def _where_all_ask(starts: list[Start]) -> list[Start]:
    """Make numbered statements unlikely in a document whose likely candidates mostly ask."""
    likely = [start for start in starts if start.score > 0]
    if 2 * sum(start.asks for start in likely) <= len(likely):
        return starts
    return [start if start.asks else replace(start, score=start.score - STATEMENT) for start in starts]


def _whole(lines: list[str], index: int, first: str) -> tuple[str, int]:
    """The question's text with the lines wrapped directly under it, and the first line behind it."""
    text, after = first, index + 1
    while after < len(lines) and lines[after].strip() and not _STOP.search(text):
        if _BULLET.match(lines[after]) or _LABEL.match(lines[after]) or lines[after].lstrip().startswith("```"):
            break
        text, after = f"{text} {lines[after].strip()}", after + 1
    return folded(text.removeprefix("**").removesuffix("**")), after


def _score(lines: list[str], index: int, after: int, text: str) -> float:
    score = 3.0 if text.endswith(_MARKS) else 0.0
    score += 2.0 if _ASKING.match(text) else -1.0
    score += 1.0 if index == 0 or not lines[index - 1].strip() else -0.5
    score += 1.0 if after < len(lines) and not lines[after].strip() else -0.5
    if _LABEL.match(text) and not text.endswith("?"):
        score -= 3.0
    if "**" in text:
        score -= 2.0
    above = _above(lines, index)
    if above is not None and lines[above].rstrip().rstrip("*").endswith(":"):
        score -= 3.0
    neighbours = (lines[near] for near in (index - 1, after) if 0 <= near < len(lines))
    return score - 2.5 * any(_NUMBERED.match(near) for near in neighbours)


def chosen(starts: list[Start]) -> list[Start]:
    """The chain of candidates with the highest total score, in order."""
    best: dict[int, tuple[float, int]] = {}  # last number of a chain -> its score and last candidate
    previous: list[int | None] = []
    best_of_all: tuple[float, int | None] = (0.0, None)
    for index, start in enumerate(starts):
        cost = NEW_SECTION if start.opens_section else NEW_WITHOUT_TITLE
        options: list[tuple[float, int | None]] = []
        if start.number == 1:
            options.append((best_of_all[0] + cost, best_of_all[1]) if best_of_all[1] is not None else (0.0, None))
        elif not best:
            options.append((GAP if start.number > FURTHEST_GAP else GAP / 2, None))
        for step in range(1, FURTHEST_GAP + 1):
            if found := best.get(start.number - step):
                options.append((found[0] + (0.0 if step == 1 else GAP), found[1]))
        if not options:
            previous.append(None)
            continue
        score, before = max(options, key=lambda option: option[0])
        score += start.score
        previous.append(before)
        if start.number not in best or score > best[start.number][0]:
            best[start.number] = (score, index)
        if score > best_of_all[0]:
            best_of_all = (score, index)
    chain: list[Start] = []
    at = best_of_all[1]
    while at is not None:
        chain.append(starts[at])
        at = previous[at]
    return chain[::-1]


def section_above(lines: list[str], index: int) -> Section:
    """The section's title above the question in line `index`: right above it, or with one introduction between."""
    nothing = Section("", index)
    above = _above(lines, index)
    if above is None:
        return nothing
    start = _paragraph_start(lines, above)
    if _is_title(lines, start, above):
        return Section(_plain(lines[start : above + 1]), start)
    title_end = _above(lines, start)
    introduction = folded(" ".join(lines[start : above + 1]))
    if title_end is None or not _STOP.search(introduction) or _BULLET.match(lines[start]):
        return nothing
    title_start = _paragraph_start(lines, title_end)
    if _is_title(lines, title_start, title_end) and title_end < start - 1:
        return Section(_plain(lines[title_start : title_end + 1]), title_start)
    return nothing


def _above(lines: list[str], index: int) -> int | None:
    """The nearest line above `index` with something in it; rules and page numbers count as nothing."""
    for near in range(index - 1, -1, -1):
        if lines[near].strip() and not _RULE.match(lines[near]) and not lines[near].strip().isdigit():
            return near
    return None


def _paragraph_start(lines: list[str], end: int) -> int:
    start = end
    while start > 0 and lines[start - 1].strip():
        start -= 1
    return start


def _is_title(lines: list[str], start: int, end: int) -> bool:
    """True for a short paragraph without a full stop that is no list, label, question or code."""
    text = _plain(lines[start : end + 1])
    if end - start > 1 or not text or len(text) > LONGEST_TITLE or lines[start].startswith((" ", "\t")):
        return False
    if _BULLET.match(lines[start].lstrip("#")) or _NUMBERED.match(lines[start]) or "```" in lines[start]:
        return False
    return text[-1] not in ".?!:;,)}]>" and text[0].isupper() and " = " not in text


def _plain(lines: list[str]) -> str:
    return folded(" ".join(lines)).lstrip("# ").strip("*_ ")


def _with_lost_words(lines: list[str], starts: list[Start]) -> list[Start]:
    """Give questions back the last words that a page break, now a blank line, pushed away from them.

    Where most questions of the document end in a stop, one that does not, is long enough to fill a line and is
    followed by a short paragraph that does, goes on there.
    """
    likely = [start for start in starts if start.score > 0]
    if not likely:
        return starts
    typical = median(len(start.text) for start in likely)
    return [
        _with_rest(lines, start, starts[max(0, at - NEAR) : at + NEAR + 1], typical) for at, start in enumerate(starts)
    ]


def _with_rest(lines: list[str], start: Start, neighbours: list[Start], typical: float) -> Start:
    if start.score <= 0 or _STOP.search(start.text) or start.after + 1 >= len(lines):
        return start
    at = start.after + 1
    rest = lines[at].strip()
    alone = at + 1 >= len(lines) or not lines[at + 1].strip()
    if not rest or not alone or _BULLET.match(lines[at]) or _LABEL.match(rest) or _NUMBERED.match(lines[at]):
        return start
    goes_on = rest[0].islower() and len(rest) <= 2 * LONGEST_REST
    near = [other for other in neighbours if other.score > 0]
    stopped = sum(bool(_STOP.search(other.text)) for other in near) >= 0.75 * (len(near) - 1)
    short = len(rest) <= LONGEST_REST and len(start.text) >= 0.6 * typical and bool(_STOP.search(rest))
    if not (goes_on or (stopped and short)):
        return start
    text = folded(f"{start.text} {rest}")
    return replace(start, after=at + 1, text=text)
