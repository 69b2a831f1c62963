"""Small facts about text that every part of the bank shares."""

import re
import unicodedata

HEADING = re.compile(r"^#{1,6}\s+(\S.*?)\s*#*\s*$")
"""A Markdown heading on one line; the group is its text."""


def folded(text: str) -> str:
    """The text with every run of white space (non-breaking ones too) as one blank, none at the ends."""
    return " ".join(text.split())


def script(mark: str, text: str) -> str:
    """A power or an index as in plain-text formulas: “^2”, “_(i+1)”. mark: "^" or "_"."""
    return mark + (text if len(text) < 2 else f"({text})")


def slug(text: str, longest: int = 60) -> str:
    """Lower-case ASCII words joined by hyphens, cut at a word: “Bias & variance” -> “bias-variance”. May be empty."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _hyphened(re.findall(r"[a-z0-9]+", plain), longest)


def topic_slug(text: str, longest: int = 60) -> str:
    """The same with the words of every script: “Теория & практика” -> “теория-практика”, “Café” -> “cafe”."""
    plain = re.sub(r"([A-Za-z])[\u0300-\u036f]+", r"\1", unicodedata.normalize("NFKD", text))
    letters = (char if unicodedata.category(char)[0] in "LMN" else " " for char in unicodedata.normalize("NFC", plain))
    return _hyphened("".join(letters).lower().split(), longest)


def _hyphened(words: list[str], longest: int) -> str:
    while len(words) > 1 and len("-".join(words)) > longest:
        words.pop()
    return "-".join(words)[:longest]


def asked(question: str) -> str:
    """The question with white space folded and doubled question marks made one."""
    return re.sub(r"\?(?:\s*\?)+", "?", folded(question))


def questions_in(text: str) -> list[str]:
    """Split “What is A? How is B done??” into its questions. Text after the last question mark stays a question."""
    parts = re.split(r"(?<=\?)\s+(?=[^\s?a-z])", asked(text))
    return [part for part in (piece.strip() for piece in parts) if re.search(r"\w", part)]


def sentences(text: str) -> list[str]:
    """Split prose after full stops that a capital follows; abbreviations like “e.g.” and numbers do not end one."""
    parts = re.split(r"(?<=[.!?])(?<!e\.g\.)(?<!i\.e\.)(?<!vs\.)(?<!\bDr\.)\s+(?=[^\sa-z])", folded(text))
    return [part for part in parts if part]
