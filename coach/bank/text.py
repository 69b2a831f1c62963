"""Small facts about text that every part of the bank shares."""

import re
import unicodedata


def folded(text: str) -> str:
    """The text with every run of white space (non-breaking ones too) as one blank, none at the ends."""
    return " ".join(text.split())


def slug(text: str, longest: int = 60) -> str:
    """Lower-case ASCII words joined by hyphens, cut at a word: “Bias & variance” -> “bias-variance”. May be empty."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    while len(words) > 1 and len("-".join(words)) > longest:
        words.pop()
    return "-".join(words)[:longest]
