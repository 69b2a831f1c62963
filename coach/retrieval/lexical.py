"""From what a person types to a full-text query: stop words, acronyms, symbols."""

import re

STOP_WORDS = frozenset(
    """
    a about all am an and any are as at be been being between but by can could describe did do does doing explain
    for from give had has have how i if in into is it its just like may me might mine more most much my no not of on
    or our please should so some such tell than that the their them then there these they this those to use used
    using versus very vs was way we were what when where which while who whom whose why will with would you your
    """.split()
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_CONTRACTED = re.compile(r"['’](?:s|t|re|ve|ll|d|m)$")


def terms(text: str) -> list[str]:
    """Lower-case words of `text` that carry meaning, in order, each once; all words if none does."""
    words = [_CONTRACTED.sub("", word) for word in _WORD.findall(text.lower())]
    kept = [word for word in words if word not in STOP_WORDS]
    return list(dict.fromkeys(kept or words))


def match_expression(words: list[str]) -> str:
    """An FTS5 expression that finds documents with any of the words; empty for no words.

    Every word is quoted, so nothing that a person types is taken for FTS5 syntax.
    """
    return " OR ".join('"' + word.replace('"', '""') + '"' for word in words)


_ENDINGS = ("ations", "ation", "ings", "ing", "ies", "ed", "es", "ly", "s", "y", "e")
SHORTEST_STEM = 3


def highlights(text: str, query: str) -> list[tuple[int, int]]:
    """Spans (start, end) of the words in `text` that the query has too, whatever their endings."""
    stems = {_stem(word) for word in terms(query)}
    return [match.span() for match in _WORD.finditer(text) if _stem(match[0].lower()) in stems]


def _stem(word: str) -> str:
    """A word without its most common ending: enough to mark words, while FTS5 finds them by Porter's rules."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
            return word.removesuffix(ending)
    return word
