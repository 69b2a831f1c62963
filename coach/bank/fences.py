"""Fenced blocks in documents that no Markdown parser would read as their author meant them.

PDF extraction splits one listing into several fences, and pasted chats put whole answers, with fences of their own
inside, into a fence. Lines are numbered from 0.
"""

import re
from dataclasses import dataclass

_FENCE = re.compile(r"^([ \t]*)(`{3,}|~{3,})[ \t]*([\w+#.-]*)[ \t]*$")
_CODE = re.compile(
    r"""^\s*(?:(?:from\s+[\w.]+\s+)?import\s+\w|(?:async\s+)?def\s+\w+\s*\(|class\s+\w+\s*[(:]|return\b|@\w
    |(?:for|while|if|elif|with|try|except|else)\b.*:\s*(?:\#.*)?$|[\w.\[\]]+\s*[-+*/|&]?=\s*\S|[\w.]+\(.*\)\s*(?:\#.*)?$
    |\#|//|[{}\])]+[,;]?\s*$|"\w+"\s*:|\$\s|SELECT\b|FROM\b|WHERE\b|CREATE\b|INSERT\b|.*[;{]\s*$|[\w-]+:(?:\s+[\w"./-]+)?\s*$)""",
    re.X,
)
CODE_SHARE = 0.4
"""A fence without a language holds code when this share of its lines looks like it (prose in fences: under 0.15)."""


@dataclass(frozen=True, slots=True)
class Fence:
    """A line that opens or closes a block. info: the language named, or empty."""

    indent: int
    mark: str
    info: str


def fence(line: str) -> Fence | None:
    """The fence that this line is, or None."""
    found = _FENCE.match(line)
    return Fence(len(found[1].expandtabs(4)), found[2], found[3]) if found else None


def closes(line: Fence, opened: Fence) -> bool:
    """True if `line` can end the block that `opened` began: same character, at least as many, no language."""
    return line.mark.startswith(opened.mark) and not line.info


def in_code(lines: list[str]) -> list[bool]:
    """For each line, whether it is inside a fenced block or a fence itself. A fence that never closes is ignored."""
    inside = [False] * len(lines)
    start: int | None = None
    opened: Fence | None = None
    for index, line in enumerate(lines):
        found = fence(line)
        if found is None:
            continue
        if opened is None:
            start, opened = index, found
        elif start is not None and closes(found, opened):
            inside[start : index + 1] = [True] * (index + 1 - start)
            opened = None
    return inside


def looks_like_code(text: str) -> bool:
    """True if enough of the lines look like a program, a configuration or a data structure."""
    lines = [line for line in text.split("\n") if line.strip()]
    return bool(lines) and sum(bool(_CODE.match(line)) for line in lines) >= CODE_SHARE * len(lines)


def joined(lines: list[str]) -> list[str]:
    """Join neighbouring fenced blocks with nothing but blank lines between them: one listing cut by a page break."""
    result: list[str] = []
    opened: Fence | None = None
    closed_at: int | None = None  # index in `result` of the last closing fence, while only blank lines followed it
    cut = False  # just behind a cut: blank lines come from the page break
    for line in lines:
        found = fence(line)
        if found is None:
            closed_at = None if line.strip() and opened is None else closed_at
            cut = cut and not line.strip()
            if not cut:
                result.append(line)
        elif opened is not None:
            if closes(found, opened):
                opened, closed_at = None, len(result)
            result.append(line)
        elif closed_at is not None and not found.info:
            opened, cut = found, True
            del result[closed_at:]
            while result and not result[-1].strip():
                result.pop()
            result.append("")
            closed_at = None
        else:
            opened = found
            result.append(line)
    return result


def tidy(lines: list[str]) -> tuple[str, int]:
    """An answer's lines as Markdown, without blank lines around it or at the edges of its code, and its code blocks."""
    kept: list[str] = []
    blocks = 0
    opened: Fence | None = None
    for line in joined(lines):
        found = fence(line)
        if opened is None:
            if found:
                blocks, opened = blocks + 1, found
            kept.append(line.rstrip() if found is None else line)
        elif found and closes(found, opened):
            while not kept[-1].strip():
                kept.pop()
            opened = None
            kept.append(line)
        elif line.strip() or fence(kept[-1]) is None:
            kept.append(line.rstrip())
    return "\n".join(kept).strip("\n"), blocks
