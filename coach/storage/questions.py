"""Questions, the collections they were imported as, and what their sources said last.

A question is never deleted, because reviews refer to it: one that its source no longer holds is retired and comes back,
with its history, when the source holds it again.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from coach.models import KeyPoint, Question
from coach.storage.database import Database

_LISTS = ("mistakes", "follow_ups", "tags")
_REFERRING = (
    ("questions", "id"),
    ("questions", "duplicate_of"),
    ("review_log", "question_id"),
    ("cards", "question_id"),
    ("attempts", "question_id"),
)
_AT_ONCE = 10_000  # ids in one statement; SQLite allows 32,766 variables


@dataclass(frozen=True, slots=True)
class Stored:
    """A question with what the import needs to know. source_hash: of what its source said when last imported."""

    question: Question
    source_hash: str
    retired: bool
    edited: bool


@dataclass(frozen=True, slots=True)
class Collection:
    """One import source. root: the path it was imported from; state: hash of its content, set by the importer."""

    name: str
    root: str
    state: str
    imported_at: datetime
    live: int
    retired: int


def source_hash(question: Question) -> str:
    """128-bit BLAKE2b over everything a source says about a question; not over id, collection and links."""
    fields = asdict(question)
    for name in ("id", "collection", "source", "duplicate_of"):
        del fields[name]
    return blake2b(json.dumps(fields, sort_keys=True).encode(), digest_size=16).hexdigest()


class Questions:
    """Repository of questions and collections."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, question_id: str) -> Question | None:
        """One question, live or retired."""
        return next(iter(self.many([question_id])), None)

    def many(self, question_ids: Sequence[str]) -> list[Question]:
        """Questions by id, live or retired, in the order asked; unknown ids are left out."""
        found: dict[str, Question] = {}
        for start in range(0, len(question_ids), _AT_ONCE):
            part = list(question_ids[start : start + _AT_ONCE])
            rows = self._db.query(f"select * from questions where id in ({','.join('?' * len(part))})", part)
            found |= {row["id"]: question_from(row) for row in rows}
        return [found[key] for key in question_ids if key in found]

    def live(self, collection: str | None = None, topic: str | None = None) -> list[Question]:
        """All questions that are not retired, in the order of their sources."""
        clauses, values = ["retired_at is null"], []
        for name, value in (("collection", collection), ("topic", topic)):
            if value is not None:
                clauses.append(f"{name} = ?")
                values.append(value)
        query = f"select * from questions where {' and '.join(clauses)} order by collection, position, id"
        return [question_from(row) for row in self._db.query(query, values)]

    def stored(self, collection: str) -> list[Stored]:
        """Everything ever imported as this collection, retired ones included, in order."""
        query = "select * from questions where collection = ? order by position, id"
        return [
            Stored(question_from(row), row["source_hash"], row["retired_at"] is not None, bool(row["edited"]))
            for row in self._db.query(query, [collection])
        ]

    def ids(self) -> dict[str, str]:
        """Collection of every question ever stored, by id."""
        return {row[0]: row[1] for row in self._db.execute("select id, collection from questions")}

    def save(self, questions: Iterable[tuple[Question, str, int]], at: datetime | None = None) -> None:
        """Store what a source says: (question, source hash, position in its collection); they are live afterwards."""
        now = _instant(at)
        with self._db.atomic():
            self._db.table("questions").upsert_all(
                (
                    _row(question)
                    | {"source_hash": hashed, "position": position, "edited": 0, "retired_at": None, "changed_at": now}
                    for question, hashed, position in questions
                ),
                pk="id",
            )

    def move(self, positions: Mapping[str, tuple[int, str]]) -> None:
        """Set (position, source path) of questions whose content is unchanged; they are live afterwards."""
        with self._db.atomic():
            self._db.conn.executemany(
                "update questions set position = ?, source = ?, retired_at = null where id = ?",
                [(position, source, key) for key, (position, source) in positions.items()],
            )

    def edit(self, question: Question, at: datetime | None = None) -> None:
        """Store a person's edit; it stands until the source itself says something new."""
        with self._db.atomic():
            self._db.table("questions").update(question.id, _row(question) | {"edited": 1, "changed_at": _instant(at)})

    def retire(self, question_ids: Sequence[str], at: datetime | None = None) -> None:
        """Take questions out of every list, keeping them and their history."""
        with self._db.atomic():
            self._db.conn.executemany(
                "update questions set retired_at = ? where id = ?", [(_instant(at), key) for key in question_ids]
            )

    def link(self, duplicates: Mapping[str, str | None]) -> None:
        """Set or clear which question each of these repeats."""
        with self._db.atomic():
            self._db.conn.executemany(
                "update questions set duplicate_of = ? where id = ?",
                [(other, key) for key, other in duplicates.items()],
            )

    def rename(self, question_id: str, other: str) -> None:
        """Give a question another id, with everything that refers to it. The index of its passages follows later."""
        with self._db.atomic():
            for table, column in _REFERRING:
                self._db.execute(f"update {table} set {column} = ? where {column} = ?", [other, question_id])
            self._db.execute(
                "update sessions set queue = replace(queue, ?1, ?2), settings = replace(settings, ?1, ?2)",
                [json.dumps(question_id), json.dumps(other)],
            )

    def topics(self) -> dict[str, int]:
        """Number of live questions by topic, by name."""
        query = "select topic, count(*) from questions where retired_at is null group by topic order by topic"
        return {row[0]: row[1] for row in self._db.execute(query)}

    def topic_of_live(self) -> list[tuple[str, str]]:
        """(id, topic) of all live questions."""
        query = "select id, topic from questions where retired_at is null"
        return [(row[0], row[1]) for row in self._db.execute(query)]

    def collections(self) -> list[Collection]:
        """All collections by name, with their numbers of questions."""
        query = (
            "select c.name, c.root, c.state, c.imported_at, count(q.id) filter (where q.retired_at is null) as live, "
            "count(q.id) filter (where q.retired_at is not null) as retired "
            "from collections c left join questions q on q.collection = c.name group by c.name order by c.name"
        )
        return [
            Collection(**row | {"imported_at": datetime.fromisoformat(row["imported_at"])})
            for row in self._db.query(query)
        ]

    def collection_state(self, name: str) -> str:
        """What `note_import` noted last; empty for an unknown collection."""
        rows = self._db.execute("select state from collections where name = ?", [name]).fetchall()
        return rows[0][0] if rows else ""

    def note_import(self, name: str, root: str, state: str, at: datetime | None = None) -> None:
        """Note that a collection was imported from `root`, and the hash of its content."""
        row = {"name": name, "root": root, "state": state, "imported_at": _instant(at)}
        with self._db.atomic():
            self._db.table("collections").upsert(row, pk="name")


def _instant(at: datetime | None) -> str:
    return (at or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds")


def _row(question: Question) -> dict[str, Any]:
    row = asdict(question)
    row["key_points"] = json.dumps([_point_row(point) for point in question.key_points], ensure_ascii=False)
    for name in _LISTS:
        row[name] = json.dumps(row[name], ensure_ascii=False)
    return row


def _point_row(point: KeyPoint) -> list[Any]:
    return [point.text, point.weight, point.probe, point.derived]


def question_from(row: dict[str, Any]) -> Question:
    """The question of a row; lists come as JSON. Raises ValueError, TypeError or KeyError for what is none."""
    values = {name: row[name] for name in _COLUMNS}
    values["key_points"] = tuple(KeyPoint(*fields) for fields in json.loads(row["key_points"]))
    for name in _LISTS:
        values[name] = tuple(json.loads(row[name]))
    return Question(**values)


_COLUMNS = tuple(Question.__dataclass_fields__)
