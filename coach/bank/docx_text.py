"""Word documents as Markdown: headings by style or outline level, lists, tables row by row, code by style, formulas."""

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from coach.bank.archives import member
from coach.bank.text import script
from coach.errors import BankError

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING = re.compile(r"(?:heading|berschrift|titre|encabezado|titolo)\s*([1-6])$", re.I)
_CODE = re.compile(r"code|source|preformatted|listing", re.I)
_LIST = re.compile(r"^list\s*(?:bullet|number)", re.I)
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_RAISED = {"superscript": "^", "subscript": "_"}
_BEFORE = {f"{_M}sup": "^", f"{_M}sub": "_", f"{_M}den": "/"}


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
            item = style.endswith("- ")
            lines += [*([] if item or lines[-1:] == [""] else [""]), style + text, *([] if item else [""])]
    return "\n".join([*lines, "```"] if code else lines) + "\n"


def _paragraphs(body: ElementTree.Element) -> Iterator[tuple[str, str]]:
    """(what comes before the text, text) of every paragraph in order; "code" marks a line of code."""
    in_rows: set[ElementTree.Element] = set()
    for paragraph in body.iter():
        if paragraph in in_rows:
            continue
        if paragraph.tag == f"{_W}tr" and len(cells := paragraph.findall(f"{_W}tc")) > 1:
            in_rows.update(paragraph.iter())
            yield "", " | ".join(_cell_text(cell) for cell in cells)
        if paragraph.tag != f"{_W}p":
            continue
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
        elif _LIST.match(style) or (properties is not None and properties.find(f"{_W}numPr") is not None):
            yield "- ", " ".join(text.split())
        else:
            yield "", text


def _cell_text(cell: ElementTree.Element) -> str:
    return " ".join(" ".join("".join(_run_text(paragraph)).split()) for paragraph in cell.iter(f"{_W}p"))


def _run_text(part: ElementTree.Element) -> Iterator[str]:
    """The text of a paragraph or a table's cell; what is raised or lowered is marked as in plain-text formulas."""
    raised = ""
    for node in part.iter():
        if node.tag == f"{_W}r":
            raised = _RAISED.get(_value(node.find(f"{_W}rPr"), "vertAlign"), "")
        elif node.tag in (f"{_W}t", f"{_M}t"):
            text = node.text or ""
            yield script(raised, text) if raised and text.strip() else text
            raised = ""
        elif node.tag in _BEFORE:
            raised = _BEFORE[node.tag]
        elif node.tag == f"{_W}tab":
            yield "\t"
        elif node.tag in (f"{_W}br", f"{_W}cr"):
            yield "\n"


def _value(properties: ElementTree.Element | None, name: str) -> str:
    found = properties.find(f"{_W}{name}") if properties is not None else None
    return found.get(f"{_W}val", "") if found is not None else ""
