"""Word documents as Markdown: headings by style or outline level, lists, tables row by row, code by style."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from coach.bank.archives import member
from coach.errors import BankError

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING = re.compile(r"(?:heading|berschrift|titre|encabezado|titolo)\s*([1-6])$", re.I)
_CODE = re.compile(r"code|source|preformatted|listing", re.I)


def markdown_of_docx(data: bytes) -> str:
    """The text of a .docx file. Raises BankError if it is damaged, encrypted, or no Word document."""
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise BankError("protected by a password, or an old .doc file: save it as .docx without one")
    xml = member(data, "word/document.xml")
    if b"<!DOCTYPE" in xml[:4096] or b"<!ENTITY" in xml:
        raise BankError("declares XML entities, which no Word document needs: refused")
    try:
        body = ElementTree.fromstring(xml).find(f"{_W}body")
    except ElementTree.ParseError as error:
        raise BankError("damaged XML inside") from error
    lines: list[str] = []
    code = False
    for style, text in _paragraphs(body) if body is not None else ():
        if code != (style == "code"):
            code = not code
            lines += ["```"] if code else ["```", ""]
        if style == "code":
            lines.append(text)
        elif text.strip():
            lines += [style + text] if style.endswith("- ") else ["", style + text, ""]
    return "\n".join([*lines, "```"] if code else lines) + "\n"


def _paragraphs(body: ElementTree.Element) -> Iterator[tuple[str, str]]:
    """(what comes before the text, text) of every paragraph in order; "code" marks a line of code."""
    for paragraph in body.iter(f"{_W}p"):
        text = "".join(_run_text(paragraph))
        properties = paragraph.find(f"{_W}pPr")
        style = _value(properties, "pStyle")
        outline = _value(properties, "outlineLvl")
        if heading := _HEADING.search(style):
            yield "#" * int(heading[1]) + " ", " ".join(text.split())
        elif style.lower() == "title":
            yield "# ", " ".join(text.split())
        elif outline.isdigit() and int(outline) < 6:
            yield "#" * (int(outline) + 1) + " ", " ".join(text.split())
        elif _CODE.search(style):
            yield "code", text
        elif properties is not None and properties.find(f"{_W}numPr") is not None:
            yield "- ", " ".join(text.split())
        else:
            yield "", text


def _run_text(paragraph: ElementTree.Element) -> Iterator[str]:
    for node in paragraph.iter():
        if node.tag == f"{_W}t":
            yield node.text or ""
        elif node.tag == f"{_W}tab":
            yield "\t"
        elif node.tag in (f"{_W}br", f"{_W}cr"):
            yield "\n"


def _value(properties: ElementTree.Element | None, name: str) -> str:
    found = properties.find(f"{_W}{name}") if properties is not None else None
    return found.get(f"{_W}val", "") if found is not None else ""
