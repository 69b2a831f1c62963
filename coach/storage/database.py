"""One connection to the SQLite file: reading is plain SQL, writing goes through sqlite-utils.

sqlite-utils takes longer to import than everything else that an answer by words needs, so it is loaded at the first
write.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import sqlite_utils
    from sqlite_utils.db import Table


class Database:
    """A connection in autocommit mode (`isolation_level` None), used by one thread."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self.conn = conn

    def execute(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> sqlite3.Cursor:
        """Run one statement; outside of `atomic` it is saved at once."""
        return self.conn.execute(sql, parameters)

    def query(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Iterator[dict[str, Any]]:
        """The rows of a statement by column name; it runs at once, its rows are read as they are asked for."""
        cursor = self.conn.execute(sql, parameters)
        names = [column[0] for column in cursor.description]
        return (dict(zip(names, row, strict=True)) for row in cursor)

    def table(self, name: str) -> Table:
        """A table to write to, or to look into as sqlite-utils does."""
        return self.sqlite_utils.table(name)

    def atomic(self) -> AbstractContextManager[object]:
        """Everything inside is saved together or not at all; may be nested."""
        return self.sqlite_utils.atomic()

    @cached_property
    def sqlite_utils(self) -> sqlite_utils.Database:
        """The same connection as sqlite-utils sees it."""
        from sqlite_utils import Database as SqliteUtilsDatabase

        # sqlite-utils' plugins (installed by other programs) have no business in our file
        return SqliteUtilsDatabase(self.conn, execute_plugins=False)

    def close(self) -> None:
        """Close the connection."""
        self.conn.close()
