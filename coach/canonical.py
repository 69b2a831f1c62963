"""What a candidate typed, in the one form the judges read: spacing and capitals must not change a grade.

Compatibility forms are unified (NFKC), invisible characters dropped, white space folded to single blanks, letters made
small. `Folded` remembers where every character came from, so a quote found in the folded text can be shown as typed.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co"})
"""Unicode categories that show nothing: control, format (zero-width), surrogates, private use."""


@dataclass(frozen=True, slots=True)
class Folded:
    """Canonical text; origin[i] is the offset in the typed text of the character behind text[i]."""

    text: str
    origin: tuple[int, ...]

    def typed_span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the typed text of canonical characters start..end (end exclusive, start < end)."""
        if not 0 <= start < end <= len(self.text):
            raise ValueError(f"span {start}..{end} outside of a text of {len(self.text)} characters")
        return self.origin[start], self.origin[end - 1] + 1


def fold(text: str) -> Folded:
    """The canonical form of `text` with the way back."""
    letters: list[str] = []
    origin: list[int] = []
    for letter, at in _visible(text):
        if letter == " " and (not letters or letters[-1] == " "):
            continue
        letters.append(letter)
        origin.append(at)
    if letters and letters[-1] == " ":
        letters.pop()
        origin.pop()
    return Folded("".join(letters), tuple(origin))


def canonical(text: str) -> str:
    """The canonical form alone."""
    return fold(text).text


def _visible(text: str) -> Iterator[tuple[str, int]]:
    for at, letter in enumerate(text):
        if letter.isascii():
            if letter.isprintable() or letter.isspace():
                yield (" " if letter.isspace() else letter.lower()), at
            continue
        if unicodedata.category(letter) in INVISIBLE:
            continue
        for part in unicodedata.normalize("NFKC", letter).lower():
            yield (" " if part.isspace() else part), at
