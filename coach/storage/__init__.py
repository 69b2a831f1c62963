"""The database: the only package that contains SQL.

`Store` is one home's file; each thread that uses it gets a connection of its own (SQLite connections must not travel
between threads, and the models work in worker threads).
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coach.storage.attempts import Attempts
from coach.storage.connection import open_database, storage_errors
from coach.storage.database import Database
from coach.storage.passages import Passages
from coach.storage.questions import Questions
from coach.storage.reviews import Reviews
from coach.storage.tables import Tables


class Store:
    """All tables of one home. Properties give the repositories, bound to the calling thread's connection."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        _ = self.db  # fail here, in the opener's thread, rather than at the first use

    @property
    def db(self) -> Database:
        """The calling thread's connection."""
        if not hasattr(self._local, "db"):
            self._local.db = open_database(self.path)
        db: Database = self._local.db
        return db

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """Everything inside is saved together or not at all; SQLite's errors come out as StorageError."""
        with storage_errors(self.path), self.db.atomic():
            yield

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything read inside is of one moment, whatever is written meanwhile; nothing may be written inside."""
        with storage_errors(self.path):
            self.db.conn.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                self.db.conn.rollback()

    @property
    def attempts(self) -> Attempts:
        """Interviews: attempts, turns, sessions, overrides."""
        return Attempts(self.db)

    @property
    def passages(self) -> Passages:
        """What retrieval searches: passages, vectors, lexical index."""
        return Passages(self.db)

    @property
    def reviews(self) -> Reviews:
        """The schedule: review log, cards, interview dates."""
        return Reviews(self.db)

    @property
    def questions(self) -> Questions:
        """Questions and the collections they came in."""
        return Questions(self.db)

    @property
    def tables(self) -> Tables:
        """Whole tables as rows, for export and import."""
        return Tables(self.db)

    def close(self) -> None:
        """Close the calling thread's connection."""
        if hasattr(self._local, "db"):
            self._local.db.close()
            del self._local.db
