"""Reading the databases of other programs, never writing them."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

from coach.errors import StorageError

FIELD_BREAK = "\x1f"  # between the fields of an Anki note
_TAG = re.compile(r"<[^>]*>")
Rows = list[dict[str, Any]]


def history_kind(path: Path) -> Literal["jsonl", "anki", "hashcards"]:
    """What kind of history a file holds, by its content. Raises StorageError."""
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise StorageError(f"Cannot read {path}: {error.strerror}.", "Give the path of a file.") from error
    if head != b"SQLite format 3\x00":
        return "jsonl"
    with closing(_open(path)) as connection:
        tables = {row[0] for row in connection.execute("select name from sqlite_master where type = 'table'")}
    if {"revlog", "cards", "notes"} <= tables:
        return "anki"
    if {"reviews", "cards"} <= tables:
        return "hashcards"
    raise StorageError(f"{path.name} is neither Anki's nor hashcards' database.", "Export from there first.")


def anki_history(path: Path) -> tuple[dict[Any, str], Rows]:
    """(front of each card by card id, rows of the review log) of a collection.anki2."""
    with closing(_open(path)) as connection:
        query = "select c.id, n.flds from cards c join notes n on n.id = c.nid"
        fronts = {row[0]: _TAG.sub(" ", row[1].split(FIELD_BREAK)[0]) for row in connection.execute(query)}
        rows = connection.execute("select id, cid, ease, time from revlog order by id").fetchall()
    return fronts, [dict(zip(("id", "cid", "ease", "time"), row, strict=True)) for row in rows]


def hashcards_history(path: Path) -> tuple[dict[Any, str], Rows]:
    """(front of each card by hash, rows of the reviews) of a hashcards database."""
    with closing(_open(path)) as connection:
        columns = {row[1] for row in connection.execute("pragma table_info(cards)")}
        front = next((name for name in ("front", "question", "card_hash") if name in columns), "card_hash")
        fronts = {row[0]: str(row[1]) for row in connection.execute(f"select card_hash, {front} from cards")}
        query = "select card_hash, reviewed_at, grade from reviews order by reviewed_at"
        rows = connection.execute(query).fetchall()
    return fronts, [dict(zip(("card_hash", "reviewed_at", "grade"), row, strict=True)) for row in rows]


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
