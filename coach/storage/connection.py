"""Opening the one SQLite file: pragmas, migrations, and errors a person can act on."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from coach.errors import NewerDatabase, StorageBusy, StorageError
from coach.storage.migrations import migrations

BUSY_SECONDS = 10.0
"""How long a writer waits for another process before it gives up."""


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Translate SQLite's errors into ones that say what to do."""
    try:
        yield
    except sqlite3.OperationalError as error:
        text = str(error)
        if "locked" in text or "busy" in text:
            raise StorageBusy(f"{path.name} is in use by another coach.", "Close it, or wait and try again.") from error
        if "readonly" in text or "unable to open" in text:
            raise StorageError(
                f"Cannot write {path}: {text}.", "Check the folder's permissions, or set COACH_HOME."
            ) from error
        if "full" in text or "disk I/O" in text:
            raise StorageError(f"Cannot save to {path}: {text}.", "Free some disk space and try again.") from error
        raise
    except sqlite3.DatabaseError as error:
        text = str(error)
        if "malformed" in text or "not a database" in text:
            raise StorageError(
                f"{path} is damaged: {text}.", "Restore a backup with `coach restore` (see `coach backup --list`)."
            ) from error
        raise


def open_database(path: Path) -> Database:
    """Open the file in WAL mode with full synchronisation and bring its schema up to date.

    Raises NewerDatabase for a schema this version does not know, StorageBusy, StorageError.
    """
    with storage_errors(path):
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.touch(mode=0o600)
        connection = sqlite3.connect(path, timeout=BUSY_SECONDS)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        # sqlite-utils' plugins (installed by other programs) have no business in our file
        db = Database(connection, execute_plugins=False)
        refuse_newer(db, path)
        if migrations.pending(db):
            migrations.apply(db)
        return db


def refuse_newer(db: Database, path: Path) -> None:
    """Raise NewerDatabase if the file holds schema steps that this version has never heard of."""
    known = {step.name for step in migrations._migrations}
    unknown = sorted(step.name for step in migrations.applied(db) if step.name not in known)
    if unknown:
        raise NewerDatabase(
            f"{path} was written by a newer version of the coach (it has {', '.join(unknown)}).",
            "Update the coach, or restore a backup made by this version with `coach restore`.",
        )
