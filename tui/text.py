"""Text from outside made safe for a terminal."""

import unicodedata


def printable(text: str) -> str:
    """The text without control characters, so that no escape sequence in it can steer the terminal.

    Newlines and tabs stay; everything else of Unicode's categories Cc and the bidirectional overrides becomes U+FFFD.
    """
    return "".join(char if _harmless(char) else "\ufffd" for char in text)


def one_line(text: str) -> str:
    """The text made `printable` on one line: every run of white space is one blank."""
    return " ".join(printable(text).split())


def _harmless(char: str) -> bool:
    if char in "\n\t":
        return True
    return unicodedata.category(char) != "Cc" and char not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
