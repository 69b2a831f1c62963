"""The text of PDF files, page by page."""

import io
import logging

from coach.errors import BankError

MOST_PAGES = 3000


def text_of_pdf(data: bytes) -> str:
    """The text of all pages. Raises BankError if it is encrypted, damaged, too long, or holds pictures only."""
    from pypdf import PdfReader  # 0.2 s
    from pypdf.errors import FileNotDecryptedError, PyPdfError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its warnings would go to the person's screen
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise BankError("protected by a password")
        if len(reader.pages) > MOST_PAGES:
            raise BankError(f"{len(reader.pages)} pages, more than {MOST_PAGES}")
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
