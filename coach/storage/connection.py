"""Opening the one SQLite file: pragmas, migrations, and errors a person can act on."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from coach.errors import NewerDatabase, StorageBusy, StorageError
from coach.storage.backup_file import write_backup
from coach.storage.database import Database
from coach.storage.migrations import STEPS, applied, migrations, pending

BUSY_SECONDS = 10.0
"""How long a writer waits for another process before it gives up."""

_BUSY = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_NOT_WRITABLE = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)
_NO_ROOM = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def translated(error: sqlite3.DatabaseError, path: Path) -> StorageError | None:
    """What an SQLite error means for the person; None for one that only a bug can cause."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte is the primary code
    if code in _BUSY:
        return StorageBusy(f"{path.name} is in use by another coach.", "Close it, or wait and try again.")
    if code in _NOT_WRITABLE:
        return StorageError(f"Cannot write {path}: {error}.", "Check the folder's permissions, or set COACH_HOME.")
    if code in _NO_ROOM:
        return StorageError(f"Cannot save to {path}: {error}.", "Free some disk space and try again.")
    if code in _DAMAGED:
        return StorageError(f"{path} is damaged: {error}.", "`coach restore` brings the newest sound backup back.")
    return None


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Translate SQLite's errors into ones that say what to do."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        meant = translated(error, path)
        if meant is None:
            raise
        raise meant from error


class _Cursor(sqlite3.Cursor):
    """A cursor whose errors are translated; rows are fetched by it too, since damage often shows only there.

    `try` is written out: a context manager would double the time of a small statement.
    """

    connection: "_Connection"

    def execute(self, sql: str, parameters: Any = ()) -> "_Cursor":
        # sqlite-utils begins its transactions deferred; one that reads before it writes would then fail at once, and
        # not wait, when another coach has written in between
        try:
            return super().execute("BEGIN IMMEDIATE" if sql == "BEGIN" else sql, parameters)
        except sqlite3.DatabaseError as error:
            raise self._meant(error) from error

    def executemany(self, sql: str, parameters: Any) -> "_Cursor":
        try:
            return super().executemany(sql, parameters)
        except sqlite3.DatabaseError as error:
            raise self._meant(error) from error

    def fetchone(self) -> Any:
        try:
            return super().fetchone()
        except sqlite3.DatabaseError as error:
            raise self._meant(error) from error

    def fetchall(self) -> list[Any]:
        try:
            return super().fetchall()
        except sqlite3.DatabaseError as error:
            raise self._meant(error) from error

    def __next__(self) -> Any:
        try:
            return super().__next__()
        except sqlite3.DatabaseError as error:
            raise self._meant(error) from error

    def _meant(self, error: sqlite3.DatabaseError) -> Exception:
        return translated(error, self.connection.path) or error


class _Connection(sqlite3.Connection):
    """A connection that knows its file, for its errors."""

    path: Path

    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)

    def execute(self, sql: str, parameters: Any = ()) -> Any:  # sqlite3's own makes a plain cursor
        return self.cursor().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Any) -> Any:
        return self.cursor().executemany(sql, parameters)


def open_database(path: Path) -> Database:
    """Open the file in WAL mode with full synchronisation and bring its schema up to date.

    A backup is written before an older schema is changed. Raises NewerDatabase for a schema this version does not
    know, StorageBusy, StorageError.
    """
    with storage_errors(path):
        _create_private(path)
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, factory=_Connection)
        try:
            return _prepared(connection, path)
        except BaseException:
            connection.close()
            raise


def _create_private(path: Path) -> None:
    """Create an empty file that its owner alone can read; SQLite gives its companions the same mode."""
    if path.exists():
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        hint = "Check the folder's permissions, or set COACH_HOME."
        raise StorageError(f"Cannot create {path}: {error.strerror}.", hint) from error


def _prepared(connection: _Connection, path: Path) -> Database:
    connection.path = path
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    refuse_newer(connection, path)
    db = Database(connection)
    if pending(connection):
        _update_schema(db, path)
    return db


def _update_schema(db: Database, path: Path) -> None:
    """Apply the pending steps, all or none; a second coach that starts meanwhile waits and finds nothing to do."""
    missing = pending(db.conn)
    if missing and applied(db.conn):
        write_backup(path, path.parent / "backups" / f"before-{missing[0]}.db")
    with db.atomic():
        migrations().apply(db.sqlite_utils)


def refuse_newer(connection: sqlite3.Connection, path: Path) -> None:
    """Raise NewerDatabase if the file holds schema steps that this version has never heard of."""
    unknown = sorted(set(applied(connection)) - set(STEPS))
    if unknown:
        raise NewerDatabase(
            f"{path} was written by a newer version of the coach (it has {', '.join(unknown)}).",
            "Update the coach, or restore a backup made by this version with `coach restore`.",
        )
