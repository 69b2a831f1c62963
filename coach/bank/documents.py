"""From a path to text: which files are documents, and what is refused with which reason.

Nothing here trusts a file: sizes are limited before anything is unpacked, links are not followed in circles, and text
comes out without control characters.
"""

import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from coach.bank.readers import reader_for
from coach.errors import BankError

MOST_BYTES = 64 * 2**20
"""Largest file that is read, and largest text that one may unpack to."""
TEXT = frozenset({".md", ".markdown", ".mdown", ".txt", ".text", ".csv", ".tsv", ".rst", ""})
HTML = frozenset({".html", ".htm", ".xhtml"})
ARCHIVES = frozenset({".apkg", ".colpkg"})
KNOWN = TEXT | HTML | ARCHIVES | {".docx", ".pdf"}
_BOMS = (
    (b"\xff\xfe\x00\x00", "utf-32"),  # before UTF-16, whose mark it begins with
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_LINE_ENDS = str.maketrans({"\f": "\n", "\v": "\n", "\u2028": "\n", "\u2029": "\n", "\x85": "\n"})


def walk(path: Path) -> Iterator[Path]:
    """The files to look at: `path` itself, or every file below it in order, hidden ones and linked folders left out."""
    if not path.is_dir():
        yield path
        return
    for folder, folders, names in os.walk(path, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.startswith("."):
                yield Path(folder, name)


def load_text(path: Path) -> str:
    """The text of a document, as Markdown where the format has headings. Raises BankError with the reason."""
    data = load_bytes(path)
    suffix = path.suffix.lower()
    if suffix in HTML:
        from coach.bank.html_text import markdown_of_html

        return clean(markdown_of_html(decoded(data)))
    if suffix == ".docx":
        from coach.bank.docx_text import markdown_of_docx

        return clean(markdown_of_docx(data))
    if suffix == ".pdf" or data[:5] == b"%PDF-":
        from coach.bank.pdf_text import text_of_pdf

        text = clean(text_of_pdf(data))
        return text if reader_for(text) else clean(text_of_pdf(data, headings=True))
    return clean(decoded(data))


def load_bytes(path: Path) -> bytes:
    """The bytes of a regular file of known kind and reasonable size. Raises BankError with the reason."""
    if path.suffix.lower() not in KNOWN:
        raise BankError(f"{path.suffix} is no kind of document that the coach reads")
    try:
        if not path.is_file():
            missing = "a link that leads to no file" if path.is_symlink() else "no such file"
            raise BankError(missing if not path.exists() else "not a regular file")
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise BankError(f"{size / 2**20:.0f} MiB, more than {MOST_BYTES // 2**20} MiB")
        data = path.read_bytes()
    except OSError as error:  # also a link that leads to itself
        raise BankError(f"cannot be read: {error.strerror or error}") from error
    if not data.strip():
        raise BankError("empty")
    return data


def decoded(data: bytes) -> str:
    """Text from bytes: UTF-8, or UTF-16/32 with a byte order mark. Raises BankError for anything else."""
    encoding = next((name for mark, name in _BOMS if data.startswith(mark)), "utf-8-sig")
    if encoding == "utf-8-sig" and b"\0" in data[:65536]:
        raise BankError("a binary file, not text")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        name = encoding.removesuffix("-sig").upper()
        raise BankError(f"not {name} text (byte {error.start}): save it as UTF-8") from error
    controls = sum(text.count(chr(code)) for code in range(32) if chr(code) not in "\t\n\r\f\v\x1b")
    if controls > 0.02 * len(text) + 2:
        raise BankError("a binary file, not text")
    return text


def clean(text: str) -> str:
    """Unix line ends, page breaks as line ends, no control characters or lone surrogates. Raises BankError if empty."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(_LINE_ENDS)
    if not text.isprintable():
        text = "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in ("Cc", "Cs"))
    text = text.replace("\ufeff", "")
    if not text.strip():
        raise BankError("empty")
    return text
