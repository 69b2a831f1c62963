"""Our own question files: Markdown that reads well on any forge and survives a round trip, docs/file-format.md.

`read` walks the token stream of a Markdown parser, so headings inside code, fences inside fences and lists inside
answers are what they are. `coach.bank.markdown_render` is its inverse: parse(render(questions)) == questions.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from coach.bank.faults import Fault
from coach.bank.text import folded, topic_slug
from coach.errors import BankError
from coach.models import KINDS, KeyPoint, Question

NAMES = ("id", "kind", "level", "tags", "topic", "section", "number", "code_blocks", "duplicate_of")
"""What may stand in the lines under a question's heading."""
KEY_POINTS, MISTAKES, FOLLOW_UPS = "Key points", "Common mistakes", "Follow-ups"
PARTS = (KEY_POINTS, MISTAKES, FOLLOW_UPS)
VERBATIM = "answer"
"""Info string of a fence that holds a whole answer which would otherwise be mistaken for structure."""

_ENTRY = re.compile(r"([a-z_]+):(?:\s+(.*?))?\s*$")
_POINT = re.compile(r"\(([1-3])(, derived)?\)\s+(.+)$", re.S)
_PROBE = re.compile(r"probe:\s+(.+)$", re.S)
_MARKDOWN = MarkdownIt("commonmark")


@dataclass(slots=True)
class _Heading:
    level: int
    text: str
    line: int  # of the heading itself, from 0
    after: int  # first line behind it
    end: int = 0  # first line of the next heading of ours
    blocks: list[Token] = field(default_factory=list)  # tokens between this heading and the next


@dataclass(slots=True)
class File:
    """What one file holds. lines: where each question's heading stands, from 1; faults in order of line."""

    questions: list[Question] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def parse(text: str, *, source: str = "", topic: str = "", collection: str = "bank") -> list[Question]:
    """Return the questions of a file, or raise BankError with its first fault.

    topic: of every question that does not name one; empty means the file's title, as a slug.  A question without a
    line `id:` has the id "".
    """
    file = read(text, source=source, topic=topic, collection=collection)
    if file.faults:
        raise BankError(file.faults[0].shown(source or "<text>"), "Run `coach check` to see every fault.")
    return file.questions


def read(text: str, *, source: str = "", topic: str = "", collection: str = "bank") -> File:
    """Return everything that can be read and every fault. A question with a fault is left out."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    file = File()
    section = ""
    for heading, parts in _questions(_headings(text, len(lines)), file.faults):
        if heading.level == 1:
            section = heading.text
            continue
        builder = _Builder(heading, parts, lines)
        question = builder.build(section, topic or topic_slug(section), source, collection)
        file.faults += builder.faults
        if question is not None and not builder.faults:
            file.questions.append(question)
            file.lines.append(heading.line + 1)
    if not file.questions and not file.faults:
        file.faults.append(Fault(1, "no question", "a heading “## …?” for each question"))
    file.faults.sort()
    return file


def looks_like_ours(text: str) -> bool:
    """True if some second-level heading is followed by a line `id:` or `kind:`, or has a part “Key points”."""
    return bool(re.search(r"^## .+\n+(?:[a-z_]+: .*\n)*(?:id|kind): ", text, re.M)) or (
        bool(re.search(r"^### Key points\s*$", text, re.M)) and bool(re.search(r"^- \([1-3]\) ", text, re.M))
    )


def _headings(text: str, count: int) -> list[_Heading]:
    """The ATX headings of level 1-3 at the top level of the document, each with the blocks that follow it."""
    tokens = _MARKDOWN.parse(text)
    found: list[_Heading] = [_Heading(0, "", 0, 0)]
    for index, token in enumerate(tokens):
        ours = token.type == "heading_open" and token.level == 0 and token.markup in ("#", "##", "###")
        if ours and token.map:
            found[-1].end = token.map[0]
            line, after = token.map
            found.append(_Heading(len(token.markup), folded(tokens[index + 1].content), line, after))
        elif not (tokens[index - 1].type == "heading_open" and found[-1].line == (token.map or [-1])[0]):
            found[-1].blocks.append(token)
    found[-1].end = count
    return found


def _questions(headings: list[_Heading], faults: list[Fault]) -> Iterator[tuple[_Heading, list[_Heading]]]:
    """Yield titles (level 1, no parts) and questions (level 2) with their parts (level 3)."""
    question: _Heading | None = None
    parts: list[_Heading] = []
    for heading in headings[1:]:
        if heading.level == 3 and question is not None:
            if heading.text in PARTS:
                parts.append(heading)
            else:
                faults.append(Fault(heading.line + 1, f"unknown part “{heading.text}”", " or ".join(PARTS)))
            continue
        if heading.level == 3:
            faults.append(Fault(heading.line + 1, f"“{heading.text}” stands before any question", "a heading “## …?”"))
            continue
        if question is not None:
            yield question, parts
        question, parts = (heading, []) if heading.level == 2 else (None, [])
        if heading.level == 1:
            yield heading, []
    if question is not None:
        yield question, parts


class _Builder:
    """Turns one question's heading and parts into a record, noting every fault on the way."""

    def __init__(self, heading: _Heading, parts: list[_Heading], lines: list[str]) -> None:
        self.heading, self.parts, self.lines = heading, parts, lines
        self.faults: list[Fault] = []

    def build(self, section: str, topic: str, source: str, collection: str) -> Question | None:
        entries, first = self._entries()
        answer, fences = self._answer(first)
        values = self._values(entries)
        if not self.heading.text:
            self._fault(self.heading.line, "a question without text", "“## ” and the question")
        points, mistakes, follow_ups = (self._part(name) for name in PARTS)
        if self.faults:
            return None
        return Question(
            text=self.heading.text,
            answer=answer,
            key_points=points,
            mistakes=mistakes,
            follow_ups=follow_ups,
            collection=collection,
            source=source,
            **{"section": section, "topic": topic, "code_blocks": fences, **values},
        )

    def _fault(self, line: int, what: str, expected: str) -> None:
        self.faults.append(Fault(line + 1, what, expected))

    def _entries(self) -> tuple[dict[str, tuple[str, int]], int]:
        """The lines `name: value` under the heading, with their line, and the first line behind them."""
        entries: dict[str, tuple[str, int]] = {}
        at = self.heading.after
        while at < self.heading.end and not self.lines[at].strip():
            at += 1
        if not (entry := _ENTRY.match(self.lines[at] if at < self.heading.end else "")) or entry[1] not in NAMES:
            return entries, self.heading.after
        while at < self.heading.end and self.lines[at].strip():
            entry = _ENTRY.match(self.lines[at])
            if not entry or entry[1] not in NAMES:
                line = self.lines[at].strip()
                self._fault(at, f"“{line}”", "an empty line before the answer, or one of " + ", ".join(NAMES))
                break
            if entry[1] in entries:
                self._fault(at, f"a second {entry[1]}", "each name once")
            entries[entry[1]] = (folded(entry[2] or ""), at)
            at += 1
        return entries, at

    def _values(self, entries: dict[str, tuple[str, int]]) -> dict[str, Any]:
        values: dict[str, Any] = {"id": ""} | {name: value for name, (value, _) in entries.items()}
        for name, (value, line) in entries.items():
            if name in ("level", "code_blocks"):
                if not value.isascii() or not value.isdigit() or (name == "level" and value not in "12345"):
                    self._fault(line, f"{name} is “{value}”", "a number 1-5" if name == "level" else "a number")
                else:
                    values[name] = int(value)
            elif name == "kind" and value not in KINDS:
                self._fault(line, f"kind is “{value}”", "one of " + ", ".join(KINDS))
            elif name == "tags":
                values["tags"] = tuple(tag for part in value.split(",") if (tag := part.strip()))
            elif not value:
                self._fault(line, f"{name} is empty", "a value")
        if "number" in values:
            values["external_id"] = values.pop("number")
        return values

    def _answer(self, first: int) -> tuple[str, int]:
        """The answer as it stands in the file, comments taken out, and the number of fences in it."""
        blocks = [token for token in self.heading.blocks if token.level == 0 and token.map and token.map[0] >= first]
        if len(blocks) == 1 and blocks[0].type == "fence" and blocks[0].info.strip() == VERBATIM:
            answer = blocks[0].content.removesuffix("\n")
            return answer, count_fences(answer)
        keep = set(range(first, self.heading.end))
        for token in blocks:
            if token.type == "html_block" and token.map and re.fullmatch(r"<!--.*?-->\s*", token.content, re.S):
                keep -= set(range(*token.map))
        answer = "\n".join(self.lines[line] for line in sorted(keep)).strip("\n").rstrip()
        if not answer.strip():
            self._fault(self.heading.line, f"no answer to “{self.heading.text}”", "the model answer under the question")
        fences = [token for token in self.heading.blocks if token.type == "fence"]
        return answer, len(fences)

    def _part(self, name: str) -> tuple[Any, ...]:
        found = [part for part in self.parts if part.text == name]
        if len(found) > 1:
            self._fault(found[1].line, f"a second part “{name}”", "each part once")
        items: list[Any] = []
        for part in found[:1]:
            for item in _items(part.blocks):
                items.append(self._point(item) if name == KEY_POINTS else self._line(item))
            strays = [token for token in part.blocks if token.level == 0 and token.map and "list" not in token.type]
            if strays and strays[0].type != "html_block":
                self._fault((strays[0].map or [part.line])[0], f"text in “{name}”", "a list of lines “- …”")
            elif not items:
                self._fault(part.line, f"“{name}” is empty", "a list of lines “- …”, or no such part")
        return tuple(item for item in items if item is not None)

    def _point(self, item: "_Item") -> KeyPoint | None:
        point = _POINT.match(item.text)
        if not point:
            self._fault(item.line, f"“{item.text}”", "“- (1) …”, “- (2) …” or “- (3) …”")
            return None
        probe = None
        for child in item.children:
            if not (found := _PROBE.match(child.text)) or probe is not None:
                self._fault(child.line, f"“{child.text}”", "one line “- probe: …” under a key point")
                continue
            probe = found[1]
        return KeyPoint(point[3], int(point[1]), probe, derived=bool(point[2]))

    def _line(self, item: "_Item") -> str | None:
        if item.children or not item.text:
            self._fault(item.line, "an empty or nested line", "one sentence “- …”")
            return None
        return item.text


@dataclass(slots=True)
class _Item:
    text: str
    line: int
    children: list["_Item"] = field(default_factory=list)


def _items(tokens: list[Token]) -> list[_Item]:
    """The items of the bullet lists in a part, one level of nesting deep, white space folded."""
    top: list[_Item] = []
    depth = 0
    for token in tokens:
        if token.type == "list_item_open":
            depth += 1
            item = _Item("", (token.map or [0])[0])
            (top if depth == 1 or not top else top[-1].children).append(item)
        elif token.type == "list_item_close":
            depth -= 1
        elif token.type == "inline" and depth and top:
            item = top[-1] if depth == 1 or not top[-1].children else top[-1].children[-1]
            item.text = _unescaped(folded(f"{item.text} {token.content}"))
    return top


def count_fences(markdown: str) -> int:
    """Number of fenced blocks of a Markdown text, whatever they are nested in."""
    return sum(token.type == "fence" for token in _MARKDOWN.parse(markdown))


def _unescaped(line: str) -> str:
    return line[1:] if line.startswith("\\") else line
