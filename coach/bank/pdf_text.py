"""The text of PDF files, page by page."""

import io
import logging
from collections import Counter
from itertools import groupby
from math import hypot
from typing import TYPE_CHECKING, Any

from coach.errors import BankError

if TYPE_CHECKING:
    from pypdf import PageObject

MOST_PAGES = 3000
HEADING = 1.15
"""A line this many times as large as most of the text is a heading."""
LONGEST_HEADING = 200
Line = tuple[str, float]
"""Text and the size of its letters in half points."""


def text_of_pdf(data: bytes, *, headings: bool = False) -> str:
    """The text of all pages. Raises BankError if it is encrypted, damaged, too long, or holds pictures only.

    headings: mark lines in larger letters as Markdown headings.
    """
    from pypdf import PdfReader  # 0.2 s
    from pypdf.errors import FileNotDecryptedError, PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its warnings would go to the person's screen
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise BankError("protected by a password")
        if len(reader.pages) > MOST_PAGES:
            raise BankError(f"{len(reader.pages)} pages, more than {MOST_PAGES}")
        if headings:
            text = _with_headings([line for page in reader.pages for line in _lines(page)])
        else:
            text = "\n".join(page.extract_text() for page in reader.pages)
    except FileNotDecryptedError as error:
        raise BankError("protected by a password") from error
    except _BROKEN as error:
        raise BankError(f"damaged PDF: {error}") from error
    except PyPdfError as error:
        raise BankError(f"damaged PDF: {error}") from error
    if not text.strip():
        raise BankError("holds no text, only pictures: run it through text recognition first")
    return text


_BROKEN = (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError, OSError, OverflowError)
"""What pypdf lets through for files that are broken in ways it does not foresee."""


def _lines(page: "PageObject") -> list[Line]:
    """The lines of a page; a line is as large as its largest letters."""
    lines: list[Line] = [("", 0.0)]

    def visit(text: str, page_matrix: list[float], matrix: list[float], _font: Any, size: float) -> None:
        size *= hypot(*matrix[2:4]) * hypot(*page_matrix[2:4])
        for at, part in enumerate(text.split("\n")):
            before = ("", 0.0) if at else lines.pop()
            lines.append((before[0] + part, max(before[1], round(2 * size) if part.strip() else 0.0)))

    page.extract_text(visitor_text=visit)
    return lines


def _with_headings(lines: list[Line]) -> str:
    """The lines with larger ones as headings, the largest of the first level."""
    letters: Counter[float] = Counter()
    for text, size in lines:
        letters[size] += len(text)
    usual = max(letters, key=lambda size: letters[size], default=0.0)
    larger = sorted((size for size in letters if size > HEADING * usual), reverse=True)
    found = []
    for size, same in groupby(lines, key=lambda line: line[1]):
        texts = [text for text, _ in same]
        title = " ".join(" ".join(texts).split())
        is_heading = size in larger and 0 < len(title) <= LONGEST_HEADING
        found += ["", "#" * min(6, larger.index(size) + 1) + " " + title, ""] if is_heading else texts
    return "\n".join(found)
