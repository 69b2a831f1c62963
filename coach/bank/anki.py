"""Anki packages: notes become questions, their reviews history."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from coach.bank.archives import member, names, unpacked
from coach.bank.drafts import Draft, Parsed, PastReview, Skipped
from coach.bank.markdown_format import count_fences
from coach.bank.readers.table import plain_field
from coach.bank.text import asked
from coach.errors import BankError

GRADES = {1: 1, 2: 3, 3: 4, 4: 5}
"""Anki's again, hard, good, easy as grades of SM-2: "again" is a failure, "hard" a pass with serious difficulty."""
COMPRESSED = "collection.anki21b"
"""The collection as Anki has written it since 2022: compressed with Zstandard, schema 18."""
_FRONT = re.compile(r"front|question|prompt|text|vorderseite|frage", re.I)
_BACK = re.compile(r"back|answer|response|extra|rückseite|antwort", re.I)
_CLOZE = re.compile(r"\{\{c\d+::(.*?)(?:::(.*?))?\}\}", re.S)


class Note(Protocol):
    """What a note must offer; see `coach.storage.anki.AnkiNote`."""

    @property
    def guid(self) -> str:
        """The note's lasting identifier."""
        ...

    @property
    def fields(self) -> dict[str, str]:
        """Fields by name, in order; HTML."""
        ...

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags."""
        ...

    @property
    def deck(self) -> str:
        """Name of its deck."""
        ...

    @property
    def reviews(self) -> tuple[tuple[datetime, int, float], ...]:
        """(instant, ease 1..4, seconds) of its first card's reviews."""
        ...


def collection_file(package: bytes) -> bytes:
    """The collection inside an .apkg, an SQLite file. Raises BankError if there is none that can be read."""
    inside = names(package)
    if COMPRESSED in inside:  # beside it lies an old collection whose one note says that Anki is to be updated
        try:
            return unpacked(member(package, COMPRESSED))
        except BankError as error:
            raise BankError(f"{error.message}; or export it from Anki with “Support older Anki versions”") from error
    for name in ("collection.anki21", "collection.anki2"):
        if name in inside:
            return member(package, name)
    raise BankError("no Anki collection inside")


def read_package(package: bytes, name: str, read_notes: Callable[[bytes], Sequence[Note]]) -> Parsed:
    """All notes with a front and a back; cloze deletions ask for what is left out."""
    parsed = Parsed()
    for at, note in enumerate(read_notes(collection_file(package)), 1):
        front, back = _sides(note.fields)
        if not front or not back:
            parsed.skipped.append(Skipped(name, at, "a note without two sides"))
            continue
        history = tuple(PastReview(when, GRADES[ease], seconds) for when, ease, seconds in note.reviews)
        parsed.drafts.append(
            Draft(
                text=asked(front),
                answer=back,
                line=at,
                section=note.deck,
                external_id=note.guid,
                written_id=note.guid,
                code_blocks=count_fences(back),
                tags=note.tags,
                history=history,
            )
        )
    return parsed


def _sides(fields: dict[str, str]) -> tuple[str, str]:
    texts = {name: plain_field(value) for name, value in fields.items()}
    front = next((name for name in texts if _FRONT.search(name)), next(iter(texts), ""))
    if _CLOZE.search(texts.get(front, "")):
        gapped = _CLOZE.sub(lambda gap: f"[{gap[2] or '…'}]", texts[front])
        return f"Complete: {gapped}", _CLOZE.sub(r"\1", texts[front])
    rest = [name for name in texts if name != front and texts[name]]
    back = next((name for name in rest if _BACK.search(name)), next(iter(rest), ""))
    return texts.get(front, ""), texts.get(back, "")
