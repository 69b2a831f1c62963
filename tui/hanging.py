"""Text whose wrapped lines keep their indentation: what follows a sign, a name or a key stays in its column."""

from collections.abc import Iterable
from typing import Any

from rich._wrap import divide_line
from rich.cells import cell_len
from textual.content import Content, _FormattedLine
from textual.style import Style

Row = tuple[Content, Content]
Part = str | Content | tuple[str, str]

NARROWEST = 16
"""Cells of text beside an indentation; where there are fewer, the text goes back to the left."""


def row(head: Part, *text: Part) -> Row:
    """A row of what `Content.assemble` takes: plain text, content, or (text, style)."""
    return Content.assemble(head), Content.assemble(*text)


class Hanging(Content):
    """Rows of a head and a text; every line of the text begins in the cell in which the head ends."""

    def __init__(self, rows: Iterable[Row]) -> None:
        """rows: (head on one line, text; its line breaks stay)."""
        lines, self._indents = [], []
        for head, text in rows:
            for line in text.split(allow_blank=True) or [text]:
                lines.append(head + line)
                self._indents.append(head.cell_length)
                head = Content.blank(head.cell_length)
        whole = Content("\n").join(lines)
        super().__init__(whole.plain, list(whole.spans))

    @property
    def without_spans(self) -> Content:
        """The same here: heights are asked of it, and need the indentation."""
        return self

    def _wrap_and_format(self, width: int, *arguments: Any, **options: Any) -> list[_FormattedLine]:
        """Wrap the texts beside their heads; Textual's own way of wrapping knows no indentation."""
        if options.get("no_wrap"):
            return super()._wrap_and_format(width, *arguments, **options)
        selection, post = options.get("selection"), options.get("post_style")
        found = []
        for y, (line, indent) in enumerate(zip(self.split(allow_blank=True), self._indents, strict=True)):
            if post is not None:
                line = line.stylize(post)
            if selection is not None and (span := selection.get_span(y)) is not None:
                start, end = span
                line = line.stylize(options["selection_style"], start, len(line.plain) if end == -1 else end)
            found += self._wrapped(line, indent, y, width, options.get("get_style", Style.parse))
        return found

    @staticmethod
    def _wrapped(line: Content, indent: int, y: int, width: int, get_style: Any) -> list[_FormattedLine]:
        if width - indent < NARROWEST:
            indent = min(2, indent)
        head = len(line.plain) - len(_after(line.plain, indent))
        cuts = [head + cut for cut in divide_line(line.plain[head:], max(1, width - indent), fold=True)]
        pieces = zip(line.divide(cuts), (0, *cuts), strict=True)
        return [
            _FormattedLine(get_style, piece.rstrip_end(width), width, 0, y)
            if at == 0
            else _FormattedLine(get_style, piece.rstrip().pad_left(indent), width, at - indent, y)
            for piece, at in pieces
        ]


def _after(text: str, cells: int) -> str:
    """The text behind its first `cells` cells."""
    at = 0
    while at < len(text) and cells > 0:
        cells -= cell_len(text[at])
        at += 1
    return text[at:]
