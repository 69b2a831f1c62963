"""Reading the database of another program, never writing it."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from coach.errors import StorageError

FIELD_BREAK = "\x1f"  # between the fields of an Anki note
Rows = list[dict[str, Any]]


def is_database(path: Path) -> bool:
    """Whether a file is a SQLite database. Raises StorageError if it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(16) == b"SQLite format 3\x00"
    except OSError as error:
        raise StorageError(f"Cannot read {path}: {error.strerror}.", "Give the path of a file.") from error


def anki_history(path: Path) -> tuple[dict[Any, str], Rows]:
    """(front of each card, HTML, by card id; rows of the review log) of a collection.anki2. Raises StorageError."""
    try:
        return _history(path)
    except (sqlite3.Error, UnicodeDecodeError, AttributeError, TypeError) as error:  # foreign rows hold anything
        raise StorageError(f"{path.name} is damaged: {error}.", "Export the collection from Anki again.") from error


def _history(path: Path) -> tuple[dict[Any, str], Rows]:
    with closing(_open(path)) as connection:
        tables = {row[0] for row in connection.execute("select name from sqlite_master where type = 'table'")}
        if not {"revlog", "cards", "notes"} <= tables:
            raise StorageError(f"{path.name} is not Anki's collection.", "hashcards: give the file that it exports.")
        query = "select c.id, n.flds from cards c join notes n on n.id = c.nid"
        fronts = {row[0]: row[1].split(FIELD_BREAK)[0] for row in connection.execute(query)}
        rows = connection.execute("select id, cid, ease, time from revlog order by id").fetchall()
    return fronts, [dict(zip(("id", "cid", "ease", "time"), row, strict=True)) for row in rows]


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
