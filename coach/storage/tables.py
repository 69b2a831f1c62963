"""Whole tables as plain rows, for export and import: what is a person's own, and what can be computed again."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from coach.storage.database import Database

EXPORTED = (
    "collections",
    "questions",
    "sessions",
    "attempts",
    "turns",
    "judge_cases",
    "review_log",
    "interview_dates",
    "settings",
)
"""Tables of an export, in an order in which a row comes after those that it refers to."""

COMPUTED = ("cards", "passages", "vectors", "indexed_questions", "passages_state", "questions_fts")
"""Tables left out: cards follow from the review log, the rest from the questions."""

_JSON_COLUMNS = {
    "questions": ("key_points", "mistakes", "follow_ups", "tags"),
    "sessions": ("queue", "settings"),
    "attempts": ("judgement",),
    "interview_dates": ("weights",),
    "settings": ("value",),
}
Row = dict[str, Any]


class Tables:
    """Rows of the exported tables; columns that hold JSON come and go as the values they stand for."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def columns(self, table: str) -> list[str]:
        """Names of a table's columns, in order."""
        return [column.name for column in self._db.table(_known(table)).columns]

    def rows(self, table: str) -> Iterator[Row]:
        """All rows of a table, in the order they were written."""
        decoded = _JSON_COLUMNS.get(table, ())
        for row in self._db.query(f"select * from {_known(table)} order by rowid"):
            yield row | {name: json.loads(row[name]) for name in decoded if row[name] is not None}

    def insert(self, table: str, row: Mapping[str, Any]) -> int | None:
        """Write one row; returns its id, None if a row with its primary key is there already.

        Raises ValueError for a column that the table does not have, or a value that does not fit it.
        """
        if unknown := set(row) - set(self.columns(table)):
            raise ValueError(f"{table} has no column {sorted(unknown)[0]!r}")
        encoded = dict(row)
        for name in _JSON_COLUMNS.get(table, ()):
            if encoded.get(name) is not None:
                encoded[name] = json.dumps(encoded[name], ensure_ascii=False)
        names, marks = ", ".join(encoded), ", ".join("?" * len(encoded))
        # "do nothing" only for a key that exists: other constraints must fail
        query = f"insert into {table} ({names}) values ({marks}) on conflict do nothing"
        try:
            cursor = self._db.execute(query, list(encoded.values()))
        except (sqlite3.IntegrityError, sqlite3.InterfaceError, sqlite3.ProgrammingError, OverflowError) as error:
            raise ValueError(f"{table}: {error}") from error
        return cursor.lastrowid if cursor.rowcount else None

    def ids_by(self, table: str, columns: Sequence[str]) -> dict[tuple[Any, ...], int]:
        """Id of every row by the values of these columns."""
        query = f"select {', '.join(columns)}, id from {_known(table)}"
        return {tuple(row[:-1]): row[-1] for row in self._db.execute(query)}

    def clear_log(self) -> None:
        """Empty the review log inside a transaction that writes it anew."""
        self._db.execute("delete from review_log")


def _known(table: str) -> str:
    if table not in EXPORTED:
        raise ValueError(f"{table!r} is not a table of an export; those are {', '.join(EXPORTED)}")
    return table


def without(row: Mapping[str, Any], names: Iterable[str]) -> Row:
    """A copy of a row that lacks some columns."""
    left_out = set(names)
    return {name: value for name, value in row.items() if name not in left_out}
