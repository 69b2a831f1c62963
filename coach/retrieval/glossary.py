"""What the terms of the field mean in everyday words (glossary.txt), for finding a question without its terms."""

import re
from functools import lru_cache
from pathlib import Path

CASE_MATTERS_UP_TO = 4
"""Names of so few letters are mostly abbreviations: NAS is a term, "nas" is not."""
_FILE = Path(__file__).with_name("glossary.txt")


@lru_cache(maxsize=1)
def _meanings() -> tuple[dict[str, str], re.Pattern[str], re.Pattern[str]]:
    """(meaning by name, pattern of the short names, pattern of the long ones)."""
    meaning: dict[str, str] = {}
    for line in _FILE.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            names, text = line.split(": ", 1)
            meaning |= {_key(name): text for name in names.split(", ")}
    short = sorted((name for name in meaning if len(name) <= CASE_MATTERS_UP_TO), key=len, reverse=True)
    long = sorted((name for name in meaning if len(name) > CASE_MATTERS_UP_TO), key=len, reverse=True)
    return meaning, _any_of(short, 0), _any_of(long, re.IGNORECASE)


def _key(name: str) -> str:
    return name if len(name) <= CASE_MATTERS_UP_TO else name.lower()


def _any_of(names: list[str], flags: int) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, names))})(?:s|es)?(?!\w)", flags)


def meanings(text: str, most: int = 4) -> list[str]:
    """Meanings of the terms that `text` names, in the order it names them, each once, at most `most`."""
    meaning = _meanings()[0]
    return list(dict.fromkeys(meaning[_key(name)] for name in terms_named(text)))[:most]


def terms_named(text: str) -> list[str]:
    """The terms of the field that `text` names, as it writes them, in its order, each once."""
    _, short, long = _meanings()
    found = [match for pattern in (short, long) for match in pattern.finditer(text)]
    found.sort(key=lambda match: match.start())
    return list(dict.fromkeys(match[1] for match in found))
