"""Questions that unfold, as pages on code forges hide their answers.

<details>
<summary>What is a prior?</summary>

The distribution assumed before seeing data.
</details>
"""

import html
import re

from coach.bank.drafts import Draft, Parsed, Skipped
from coach.bank.fences import in_code, tidy
from coach.bank.text import HEADING, asked

_SUMMARY = re.compile(r"<summary>(.{0,400}?)</summary>", re.I | re.S)
_END = re.compile(r"</?details\b[^>]*>", re.I)
_TAG = re.compile(r"<[^<>]+>")
_NUMBER = re.compile(r"^(?:Q(?:uestion)?\s*)?(\d+)\s*[.):]\s*|^Q\s*[:.]\s*", re.I)
_ASKS = re.compile(r"\?\W*$|^(?:explain|describe|define|derive|compare|design|implement|write|tell)\s", re.I)


def sniff(text: str) -> float:
    """Sure when two or more summaries ask, and most of them do."""
    found = [_question(match)[0] for match in _SUMMARY.finditer(_without_code(text))]
    asking = sum(bool(_ASKS.search(question)) for question in found)
    return 0.85 if asking >= 2 and 2 * asking > len(found) else 0.0


def read(text: str, name: str) -> Parsed:
    """Read every disclosure up to the end of its answer; headings between them are their sections."""
    prose = _without_code(text)
    summaries = list(_SUMMARY.finditer(prose))
    parsed = Parsed()
    section, done, line, counted = "", 0, 1, 0
    for at, summary in enumerate(summaries):
        following = summaries[at + 1].start() if at + 1 < len(summaries) else len(text)
        end = _END.search(prose, summary.end(), following)
        headings = [found[1] for line in prose[done : summary.start()].split("\n") if (found := HEADING.match(line))]
        section = headings[-1] if headings else section
        done = end.start() if end else following
        question, number = _question(summary)
        answer, blocks = tidy(text[summary.end() : done].split("\n"))
        line, counted = line + text.count("\n", counted, summary.start()), summary.start()
        if answer.strip() and question:
            parsed.drafts.append(Draft(question, answer.strip("\n"), line, section, number, code_blocks=blocks))
        else:
            parsed.skipped.append(Skipped(name, line, f"no answer to “{question}”"))
    return parsed


def _question(summary: re.Match[str]) -> tuple[str, str]:
    """What a summary asks, and the number before it."""
    text = html.unescape(_TAG.sub("", summary[1])).strip().strip("*_").strip()
    number = _NUMBER.match(text)
    return asked(_NUMBER.sub("", text)), (number[1] or "") if number else ""


def _without_code(text: str) -> str:
    """The text with fenced lines blanked, every other character where it was."""
    lines = text.split("\n")
    return "\n".join(" " * len(line) if code else line for line, code in zip(lines, in_code(lines), strict=True))
