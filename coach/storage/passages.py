"""Passages of the questions, their vectors and the lexical index (FTS5): the truth that vector indexes are built from.

Vectors are kept by (model, text hash), so a text is embedded once however often it occurs, and the vectors of an old
encoder stay until a new set is complete. A vector id is never used again, hence equal ids mean equal vectors.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, TypeVar, cast

from coach.models import Passage, Question
from coach.storage.database import Database

if TYPE_CHECKING:  # imported where vectors are read: the first frame of the screen does not wait for NumPy
    import numpy as np

T = TypeVar("T")

MOST_VARIABLES = 30_000
"""SQLite's own limit on `?` in one statement is 32,766."""
VECTORS_AT_ONCE = 20_000
TITLE_WEIGHT, BODY_WEIGHT, TAGS_WEIGHT = 1.0, 1.0, 1.0
"""BM25 column weights of the lexical documents, chosen on two corpora: see docs/retrieval.md."""


def text_hash(text: str) -> str:
    """128-bit BLAKE2b of the text, in hex."""
    return blake2b(text.encode(), digest_size=16).hexdigest()


def embedded_text(lead: str, text: str) -> str:
    """What is embedded of a view: its text, behind its lead if it has one."""
    return f"{lead}\n{text}" if lead else text


def _marks(values: Sequence[Any]) -> str:
    return ",".join("?" * len(values))


def _parts(values: Sequence[T], size: int) -> Iterator[list[T]]:
    return (list(values[start : start + size]) for start in range(0, len(values), size))


class Passages:
    """Repository of everything retrieval reads and writes (`coach.retrieval.store.PassageStore`)."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def content_hashes(self) -> dict[str, str]:
        """Content hash of every indexed question, by id."""
        return dict(self._db.execute("select question_id, content_hash from indexed_questions").fetchall())

    def replace(self, question: Question, content_hash: str, views: Sequence[tuple[str, str, str]], body: str) -> None:
        """Index one question anew: its passages (view, lead, text) and its lexical document (title, `body`, tags)."""
        with self._db.atomic():
            self.remove([question.id])
            row = [question.id, content_hash, question.topic, question.kind, question.level, question.collection]
            # plain SQL: sqlite-utils looks at the table before every insert, and an import makes thousands
            rowid = self._db.execute(
                "insert into indexed_questions (question_id, content_hash, topic, kind, level, collection) "
                "values (?, ?, ?, ?, ?, ?)",
                row,
            ).lastrowid
            self._db.conn.executemany(
                "insert into passages (question_id, view, lead, text, text_hash) values (?, ?, ?, ?, ?)",
                [(question.id, view, lead, text, text_hash(embedded_text(lead, text))) for view, lead, text in views],
            )
            self._db.execute(
                "insert into questions_fts (rowid, title, body, tags) values (?, ?, ?, ?)",
                [rowid, question.text, body, " ".join((*question.tags, question.topic))],
            )

    def remove(self, question_ids: Sequence[str]) -> None:
        """Take questions out of the index. Their vectors stay, should the same texts come back."""
        with self._db.atomic():
            for part in _parts(question_ids, MOST_VARIABLES):
                where = f"question_id in ({_marks(part)})"
                rowids = f"select id from indexed_questions where {where}"
                self._db.execute(f"delete from questions_fts where rowid in ({rowids})", part)
                self._db.execute(f"delete from passages where {where}", part)
                self._db.execute(f"delete from indexed_questions where {where}", part)
            self._touch()

    def texts_without_vector(self, model: str) -> list[tuple[str, str]]:
        """(text hash, text) of each distinct text of a live passage that `model` has not embedded."""
        query = (
            "select text_hash, lead, text from passages p where not exists "
            "(select 1 from vectors v where v.model = ? and v.text_hash = p.text_hash) group by text_hash"
        )
        return [(row["text_hash"], embedded_text(row["lead"], row["text"])) for row in self._db.query(query, [model])]

    def hashes_without_vector(self, model: str, hashes: Sequence[str]) -> list[str]:
        """Those of the text hashes that `model` has no vector for, in order, whether a passage has them or not."""
        known: set[str] = set()
        for part in _parts(hashes, MOST_VARIABLES - 1):
            query = f"select text_hash from vectors where model = ? and text_hash in ({_marks(part)})"
            known.update(row[0] for row in self._db.execute(query, [model, *part]))
        return [key for key in hashes if key not in known]

    def add_vectors(self, model: str, rows: Sequence[tuple[str, bytes]]) -> None:
        """Keep vectors (text hash, float32 bytes) of `model`; one that is there already is left alone."""
        with self._db.atomic():
            self._db.table("vectors").insert_all(
                ({"model": model, "text_hash": key, "vector": vector} for key, vector in rows), ignore=True
            )
            self._touch()

    def drop_vectors_except(self, models: Sequence[str]) -> int:
        """Forget the vectors of all other models; return how many went."""
        with self._db.atomic():
            cursor = self._db.execute(f"delete from vectors where model not in ({_marks(models)})", list(models))
            return cursor.rowcount

    def corpus_token(self) -> str:
        """A random token that every change of passages or vectors replaces: equal tokens mean an equal corpus."""
        rows = list(self._db.query("select token from passages_state"))
        return cast(str, rows[0]["token"]) if rows else ""

    def vector_ids(self, model: str, conditions: Mapping[str, str | int] | None = None) -> np.ndarray:
        """Sorted int64 ids of the vectors that a live passage uses, of the questions that fulfil all conditions."""
        import numpy as np

        if not conditions:
            cursor = self._db.execute(f"select id from vectors v where {_LIVE} order by id", [model])
        else:
            clauses, values = _clauses(conditions)
            cursor = self._db.execute(
                f"select distinct v.id from indexed_questions q {_IN_THIS_ORDER} passages p "
                f"on p.question_id = q.question_id {_IN_THIS_ORDER} vectors v "
                f"on v.model = ? and v.text_hash = p.text_hash where {' and '.join(clauses)} "
                "order by v.id",
                [model, *values],
            )
        return np.fromiter((row[0] for row in cursor), dtype=np.int64)

    def vectors(self, model: str, ids: np.ndarray | None = None) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Blocks of (ids (n,), vectors (n, dim) float32), in order of id; `ids` None means all in use."""
        import numpy as np

        wanted = self.vector_ids(model) if ids is None else np.sort(ids)
        for part in _parts(wanted.tolist(), VECTORS_AT_ONCE):
            query = f"select id, vector from vectors v where {_OF_MODEL_BY_ID} and id in ({_marks(part)}) order by id"
            rows = self._db.execute(query, [model, *part]).fetchall()
            if rows:
                block = np.frombuffer(b"".join(row[1] for row in rows), dtype=np.float32).reshape(len(rows), -1)
                yield np.array([row[0] for row in rows], dtype=np.int64), block

    def vectors_by_hash(self, model: str) -> Iterator[tuple[str, np.ndarray]]:
        """(text hash, vector (dim,) float32) of every vector in use."""
        import numpy as np

        query = f"select text_hash, vector from vectors v where {_LIVE}"
        for key, vector in self._db.execute(query, [model]):
            yield key, np.frombuffer(vector, dtype=np.float32)

    def questions_of(self, model: str, vector_ids: Sequence[int]) -> list[tuple[int, str]]:
        """(vector id, question id) for every question that shows one of these vectors."""
        query = (
            f"select v.id, p.question_id from vectors v {_IN_THIS_ORDER} passages p on p.text_hash = v.text_hash "
            f"where {_OF_MODEL_BY_ID} and v.id in ({_marks(vector_ids)})"
        )
        return list(self._db.execute(query, [model, *vector_ids]).fetchall())

    def collections(self, question_ids: Sequence[str]) -> dict[str, str]:
        """The collection of each of these questions that is indexed."""
        where = f"question_id in ({_marks(question_ids)})"
        rows = self._db.execute(f"select question_id, collection from indexed_questions where {where}", question_ids)
        return dict(rows.fetchall())

    def views(self, model: str, question_ids: Sequence[str]) -> list[tuple[str, int, str, bytes]]:
        """(question id, passage id, view, vector) of all passages of these questions that have a vector."""
        query = (
            f"select p.question_id, p.id, p.view, v.vector from passages p {_IN_THIS_ORDER} vectors v "
            f"on v.model = ? and v.text_hash = p.text_hash where p.question_id in ({_marks(question_ids)})"
        )
        return list(self._db.execute(query, [model, *question_ids]).fetchall())

    def documents(self) -> int:
        """The highest id of a lexical document: at least their number, and read at once."""
        return cast(int, self._db.execute("select coalesce(max(id), 0) from indexed_questions").fetchone()[0])

    def matches(self, match: str) -> int:
        """How many lexical documents an FTS5 expression finds."""
        query = "select count(*) from questions_fts where questions_fts match ?"
        return cast(int, self._db.execute(query, [match]).fetchone()[0])

    def lexical(self, match: str, limit: int, conditions: Mapping[str, str | int]) -> list[tuple[str, float]]:
        """(question id, BM25 score, larger is better) for an FTS5 expression, best first."""
        clauses, values = _clauses(conditions)
        joined = "join indexed_questions q on q.id = questions_fts.rowid" if clauses else ""
        best = (
            f"select questions_fts.rowid as id, -bm25(questions_fts, {TITLE_WEIGHT}, {BODY_WEIGHT}, {TAGS_WEIGHT}) "
            f"as score from questions_fts {joined} where {' and '.join(['questions_fts match ?', *clauses])} "
            "order by score desc, questions_fts.rowid limit ?"
        )
        query = f"select q.question_id, b.score from ({best}) b {_IN_THIS_ORDER} indexed_questions q on q.id = b.id"
        found = self._db.execute(f"{query} order by b.score desc, q.id", [match, *values, limit])
        return list(found.fetchall())

    def passages_of(self, question_ids: Sequence[str]) -> list[Passage]:
        """All passages of these questions, in the order they were made."""
        where = f"question_id in ({_marks(question_ids)})"
        query = f"select id, question_id, text, view from passages where {where} order by id"
        return [_passage(row) for row in self._db.query(query, list(question_ids))]

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """Passages by id, in the order asked; unknown ids are left out."""
        query = f"select id, question_id, text, view from passages where id in ({_marks(ids)})"
        found = {row["id"]: _passage(row) for row in self._db.query(query, list(ids))}
        return [found[key] for key in ids if key in found]

    def _touch(self) -> None:
        self._db.execute(
            "insert into passages_state (id, token) values (1, ?) "
            "on conflict (id) do update set token = excluded.token",
            [secrets.token_hex(16)],
        )


# Without statistics SQLite would rather walk all vectors of the model than look up the few that are asked for. A cross
# join keeps the order of its tables, and a column behind a plus sign is not looked up in an index (SQLite's "query
# planner", sections 2.4 and 6).
_IN_THIS_ORDER = "cross join"
_OF_MODEL_BY_ID = "+v.model = ?"
_LIVE = "v.model = ? and exists (select 1 from passages p where p.text_hash = v.text_hash)"
_COLUMNS = frozenset({"topic", "kind", "level", "collection"})


def _clauses(conditions: Mapping[str, str | int]) -> tuple[list[str], list[Any]]:
    if unknown := set(conditions) - _COLUMNS:
        raise ValueError(f"cannot filter by {sorted(unknown)}; possible are {sorted(_COLUMNS)}")
    return [f"{name} = ?" for name in conditions], list(conditions.values())


def _passage(row: dict[str, Any]) -> Passage:
    return Passage(id=row["id"], question_id=row["question_id"], text=row["text"], view=row["view"])
