"""HTML as Markdown: headings, paragraphs, lists, tables, code; scripts, styles and navigation left out.

Summaries of disclosures and terms of definition lists become headings one level below the last one: that is how pages
of frequent questions are made.
"""

from html.parser import HTMLParser

from coach.bank.text import script

# of a head only the title is text; a head itself may be left open, and a form may hold the whole page
_SKIPPED = frozenset("title script style template noscript nav svg footer select textarea".split())
_BLOCKS = frozenset(
    "p div section article main header aside form blockquote ul ol dl dt dd table tr figure figcaption details "
    "summary".split()
)
_TITLES = frozenset({"summary", "dt"})
_RAISED = {"sup": "^", "sub": "_"}
DEEPEST_SCRIPT = 4
"""Powers of powers that are told apart."""
_DEEPEST = 400
"""Open elements that are kept track of: deeper nesting only occurs in hostile files."""


class _Writer(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self._text: list[str] = []
        self._skipped = 0
        self._code = 0
        self._prefix = ""
        self._lists: list[int] = []  # 0 for a bulleted list, else the next number
        self._level = 0  # of the last heading
        self._row = False  # the text holds cells of a table
        self._script: list[tuple[str, int]] = []  # open superscripts and subscripts with where their text begins

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SKIPPED:
            self._skipped += 1
        if self._skipped:
            return
        if tag == "pre":
            self.flush()
            self._code += 1
            self.lines += ["", "```"]
        elif tag == "br":
            self._text.append("\n" if self._code else " ")
        elif len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
            self.flush()
            self._level = int(tag[1])
            self._prefix = "#" * self._level + " "
        elif tag in _TITLES:
            self.flush()
            self._prefix = "#" * min(6, self._level + 1) + " "
        elif tag in ("td", "th"):
            self._text.append(" | ")
            self._row = True
        elif tag in _RAISED and len(self._script) < DEEPEST_SCRIPT:
            self._script.append((_RAISED[tag], len(self._text)))
        elif tag == "li":
            self.flush()
            number = self._lists[-1] if self._lists else 0
            self._prefix = "  " * max(0, min(len(self._lists), 6) - 1) + (f"{number}. " if number else "- ")
            if number:
                self._lists[-1] += 1
        elif tag in _BLOCKS:
            self.flush()
            if tag in ("ul", "ol") and len(self._lists) < _DEEPEST:
                self._lists.append(1 if tag == "ol" else 0)

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self._skipped = max(0, self._skipped - 1)
        elif self._skipped:
            return
        elif tag == "pre" and self._code:
            self.lines += "".join(self._text).strip("\n").split("\n")
            self._text = []
            self._code -= 1
            self.lines += ["```", ""]
        elif tag in _RAISED and self._script:
            mark, start = self._script.pop()
            text = "".join(self._text[start:])
            self._text[start:] = [script(mark, text)] if text.strip() else []
        elif tag in ("ul", "ol"):
            self.flush()
            self._lists = self._lists[:-1]
            self.lines.append("")
        elif tag in _BLOCKS or tag == "li" or (tag[:1] == "h" and tag[1:].isdigit()):
            self.flush()

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self._text.append(data)

    def flush(self) -> None:
        """End a paragraph, heading or item."""
        if self._code:
            return
        text = " ".join("".join(self._text).split())
        if self._row:
            text = text.strip("| ")
        self._text, self._script, self._row = [], [], False
        if not text:
            return
        is_item = self._prefix.strip()[:1] in "-123456789" and self._prefix.strip() != ""
        apart = [] if is_item or self.lines[-1:] == [""] else [""]
        self.lines += [*apart, self._prefix + text, *([] if is_item else [""])]
        self._prefix = ""


def markdown_of_html(text: str) -> str:
    """The text of a page as Markdown. Broken markup is read as far as it makes sense; nothing is fetched or run."""
    writer = _Writer()
    writer.feed(text)
    writer.close()
    writer.flush()
    return "\n".join(writer.lines).strip("\n") + "\n"
