"""Reading the SQLite file inside an Anki package: foreign data, opened in memory and never written."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

from coach.errors import BankError

MOST_STEPS = 50_000_000
"""SQLite instructions after which a hostile file is given up; 100,000 notes take under 3 million."""


@dataclass(frozen=True, slots=True)
class AnkiNote:
    """One note. fields: HTML by name, in order.  reviews: (instant, ease 1..4, seconds) of its first card, in order."""

    guid: str
    fields: dict[str, str]
    tags: tuple[str, ...]
    deck: str
    reviews: tuple[tuple[datetime, int, float], ...]


def read_notes(data: bytes) -> list[AnkiNote]:
    """All notes of a collection file (schema 11 or 18) in the order they were made. Raises BankError if it is none."""
    if not data.startswith(b"SQLite format 3\0"):
        raise BankError("damaged Anki collection: no SQLite file")
    connection = sqlite3.connect(":memory:")
    try:
        connection.deserialize(data)
        connection.execute("pragma trusted_schema = off")
        steps = iter(range(MOST_STEPS // 100_000))
        connection.set_progress_handler(lambda: next(steps, None) is None, 100_000)
        return _notes(connection)
    except (sqlite3.Error, ValueError, KeyError, TypeError, OverflowError) as error:
        raise BankError(f"damaged Anki collection: {error}") from error
    finally:
        connection.close()


def _notes(connection: sqlite3.Connection) -> list[AnkiNote]:
    names, decks = _names(connection)
    reviews = _reviews(connection)
    query = (
        "select n.id, n.guid, n.mid, n.flds, n.tags, c.did from notes n "
        "join cards c on c.id = (select min(id) from cards where nid = n.id) order by n.id"
    )
    notes = []
    for note_id, guid, model, fields, tags, deck in connection.execute(query):
        values = str(fields).split("\x1f")
        named = dict(zip(names.get(model, []), values, strict=False)) or dict(enumerate_names(values))
        past = tuple(reviews.get(note_id, ()))
        notes.append(AnkiNote(str(guid), named, tuple(str(tags).split()), decks.get(deck, ""), past))
    return notes


def _names(connection: sqlite3.Connection) -> tuple[dict[int, list[str]], dict[int, str]]:
    """Field names by note type, and deck names. Schema 18 has tables for what was JSON in one row before."""
    (schema,) = connection.execute("select ver from col").fetchone()
    if schema < 18:
        models, decks = map(json.loads, connection.execute("select models, decks from col").fetchone())
        fields = {int(key): [field["name"] for field in model["flds"]] for key, model in models.items()}
        return fields, {int(key): deck["name"].replace("::", " / ") for key, deck in decks.items()}
    connection.create_collation("unicase", _unicase)
    fields = {}
    for model, name in connection.execute("select ntid, name from fields order by ntid, ord"):
        fields.setdefault(model, []).append(name)
    return fields, {key: name.replace("\x1f", " / ") for key, name in connection.execute("select id, name from decks")}


def _unicase(one: str, other: str) -> int:
    """Anki's own collation, without which SQLite refuses its tables."""
    return (one.casefold() > other.casefold()) - (one.casefold() < other.casefold())


def enumerate_names(values: list[str]) -> list[tuple[str, str]]:
    """Fields of a note whose type is unknown: Field 1, Field 2, ..."""
    return [(f"Field {at}", value) for at, value in enumerate(values, 1)]


def _reviews(connection: sqlite3.Connection) -> dict[int, list[tuple[datetime, int, float]]]:
    """Reviews of each note's first card, by note. Manual reschedulings (ease 0) are no reviews."""
    query = (
        "select c.nid, r.id, r.ease, r.time from revlog r join cards c on c.id = r.cid "
        "where r.ease between 1 and 4 and c.id = (select min(id) from cards where nid = c.nid) order by r.id"
    )
    found: dict[int, list[tuple[datetime, int, float]]] = {}
    for note_id, milliseconds, ease, taken in connection.execute(query):
        at = datetime.fromtimestamp(milliseconds / 1000, UTC)
        found.setdefault(note_id, []).append((at, ease, taken / 1000))
    return found
