"""One backup: a copy of the database made by SQLite's own backup, checked before it counts, and what it holds."""

import os
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from coach.errors import StorageError
from coach.storage.migrations import STEPS, applied

_COUNTED = ("questions", "attempts", "review_log")
UNFINISHED = ".*.db.*"
"""Names of copies that are being written: hidden, with the number of the writing process behind the final name."""

PAGES_AT_ONCE = 2000
"""Pages of 4 KiB that are copied in one go; other programs may write in between."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database file holds.

    problem: why it cannot be used, empty when it is sound.  newer: written by a newer version of the coach.
    last_review: instant (ISO 8601) of the newest line of the review log, empty without one.
    """

    questions: int = 0
    attempts: int = 0
    reviews: int = 0
    last_review: str = ""
    problem: str = ""
    newer: bool = False


def write_backup(source: Path, target: Path) -> None:
    """Copy a database, with whatever another coach is writing, to `target`: complete and sound, or not at all.

    Raises StorageError when the source is damaged, the target cannot be written or the copy fails its check.
    """
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(unfinished, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600))
        _copy(source, unfinished)
        os.replace(unfinished, target)
        _sync_folder(target.parent)
    except (OSError, sqlite3.DatabaseError) as error:
        hint = "Earlier backups are untouched."
        raise StorageError(f"The backup {target} was not written: {error}.", hint) from error
    finally:
        with suppress(NotADirectoryError):
            unfinished.unlink(missing_ok=True)


def _copy(source: Path, target: Path) -> None:
    with closing(_read_only(source)) as reading, closing(sqlite3.connect(target)) as writing:
        reading.backup(writing, pages=PAGES_AT_ONCE)
        writing.execute("PRAGMA journal_mode = DELETE")  # one file, without companions
        (verdict,) = writing.execute("PRAGMA integrity_check(1)").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(f"the copy is damaged ({verdict})")
    with target.open("rb") as written:
        os.fsync(written.fileno())


def copy_back(backup: Path, database: Path) -> None:
    """Write a backup's content into an existing database, in one transaction that other programs see as a change.

    Ids of vectors that were given since the backup are not given again: indexes in memory hold them.
    Raises sqlite3.DatabaseError when the database is not usable any more: then the file itself is to be replaced.
    """
    with closing(_read_only(backup)) as reading, closing(sqlite3.connect(database, timeout=10)) as writing:
        given = _last_vector_id(writing)
        reading.backup(writing)
        writing.execute("PRAGMA journal_mode = WAL")
        if given > _last_vector_id(writing):
            writing.execute("delete from sqlite_sequence where name = 'vectors'")
            writing.execute("insert into sqlite_sequence (name, seq) values ('vectors', ?)", [given])
            writing.commit()
        writing.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def contents(path: Path) -> Contents:
    """Look into a database file without changing it."""
    try:
        with closing(_read_only(path)) as db:
            (verdict,) = db.execute("PRAGMA integrity_check(1)").fetchone()
            if verdict != "ok":
                return Contents(problem=f"damaged ({verdict})")
            steps = set(applied(db))
            if not steps:
                return Contents(problem="not a database of the coach")
            newest = _value(db, "review_log", "max(at)") or ""
            questions, attempts, reviews = (int(_value(db, table, "count(*)") or 0) for table in _COUNTED)
            return Contents(questions, attempts, reviews, newest, newer=not steps <= set(STEPS))
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # SQLite's own messages quote damaged bytes
        return Contents(problem=str(error))


def _rows(db: sqlite3.Connection, table: str, expression: str) -> list[tuple[str]]:
    """One column of a table that an older schema may lack."""
    exists = db.execute("select 1 from sqlite_master where name = ?", [table]).fetchone()
    return db.execute(f"select {expression} from {table}").fetchall() if exists else []


def _value(db: sqlite3.Connection, table: str, expression: str) -> str | None:
    return next((row[0] for row in _rows(db, table, expression)), None)


def _last_vector_id(db: sqlite3.Connection) -> int:
    return int(_value(db, "sqlite_sequence", "max(seq) filter (where name = 'vectors')") or 0)


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro", uri=True, timeout=10)


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a power cut, where the system can do that for folders."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
