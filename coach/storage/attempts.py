"""Attempts with their turns, practice sessions, overruled judgements, settings."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, cast

from coach.models import Attempt, AttemptState, Judgement, KeyPoint, PointVerdict, Span, Turn
from coach.storage.database import Database

OPEN_STATES: tuple[AttemptState, ...] = ("asked", "answered", "following_up", "judged", "not_graded")


class Attempts:
    """Repository of interviews. Every method is one statement or one transaction."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def start(self, question_id: str, at: datetime, session_id: int | None = None) -> int:
        """Open an attempt; returns its id."""
        row = {"question_id": question_id, "session_id": session_id, "state": "asked", "started_at": at.isoformat()}
        return cast(int, self._db.table("attempts").insert(row | {"hints": 0}).last_pk)

    def add_turn(self, attempt_id: int, turn: Turn, state: AttemptState | None = None) -> None:
        """Append what was said and, in the same transaction, move the attempt to `state`."""
        with self._db.atomic():
            row = asdict(turn) | {"attempt_id": attempt_id, "at": turn.at.isoformat()}
            self._db.table("turns").insert(row)
            if state is not None:
                self._db.table("attempts").update(attempt_id, {"state": state})

    def save_judgement(self, attempt_id: int, judgement: Judgement | None, state: AttemptState) -> None:
        """Keep the verdicts (None: there are none) and move the attempt to `state`."""
        text = None if judgement is None else json.dumps(asdict(judgement))
        self._db.table("attempts").update(attempt_id, {"judgement": text, "state": state})

    def update(self, attempt_id: int, **values: Any) -> None:
        """Set columns of one attempt (hints, confidence, seconds, state, finished_at)."""
        self._db.table("attempts").update(attempt_id, values)

    def get(self, attempt_id: int) -> Attempt:
        """One attempt with all its turns. Raises KeyError for an unknown id."""
        attempt = self.find(attempt_id)
        if attempt is None:
            raise KeyError(attempt_id)
        return attempt

    def find(self, attempt_id: int) -> Attempt | None:
        """One attempt, None for an unknown id."""
        return next(self._attempts("id = ?", [attempt_id]), None)

    def open_attempt(self) -> Attempt | None:
        """The newest attempt that was neither closed nor abandoned: what a resumed practice goes on with.

        Attempts of a mock interview are left out: it is resumed as a whole, and shows no verdicts.
        """
        marks = ",".join("?" * len(OPEN_STATES))
        where = f"state in ({marks}) and not exists (select 1 from sessions s where s.id = session_id and s.kind = ?)"
        return next(self._attempts(f"{where} order by id desc limit 1", [*OPEN_STATES, "mock"]), None)

    def of_question(self, question_id: str, limit: int = 20) -> list[Attempt]:
        """The newest attempts at one question, newest first."""
        return list(self._attempts("question_id = ? order by id desc limit ?", [question_id, limit]))

    def transcript(self, attempt_id: int) -> tuple[Turn, ...]:
        """Everything said in an attempt, in order."""
        rows = self._db.query("select * from turns where attempt_id = ? order by id", [attempt_id])
        return tuple(_turn(row) for row in rows)

    def start_session(self, kind: str, queue: Iterable[str], at: datetime, settings: dict[str, Any]) -> int:
        """Open a practice, review or mock session over a queue of question ids; returns its id."""
        row = {
            "kind": kind,
            "queue": json.dumps(list(queue)),
            "started_at": at.isoformat(),
            "settings": json.dumps(settings),
        }
        return cast(int, self._db.table("sessions").insert(row).last_pk)

    def session(self, session_id: int) -> dict[str, Any]:
        """One session's row with `queue` and `settings` decoded. Raises KeyError for an unknown id."""
        session = self._session("id = ?", [session_id])
        if session is None:
            raise KeyError(session_id)
        return session

    def open_mock(self) -> dict[str, Any] | None:
        """The newest mock interview that was not finished, or None."""
        return self._session("finished_at is null and kind = ? order by id desc limit 1", ["mock"])

    def sessions(self, limit: int = 20) -> list[dict[str, Any]]:
        """The newest sessions in which something was answered, newest first.

        Rows: id, kind, started_at, finished_at, answers (number of attempts with an answer).
        """
        query = (
            "select s.id, s.kind, s.started_at, s.finished_at, count(distinct a.id) as answers from sessions s "
            "join attempts a on a.session_id = s.id join turns t on t.attempt_id = a.id and t.speaker = 'candidate' "
            "group by s.id order by s.id desc limit ?"
        )
        return list(self._db.query(query, [limit]))

    def seconds_of(self, attempt_ids: Iterable[int]) -> dict[int, float]:
        """Measured time of each of these attempts, in seconds; those without one are left out."""
        ids = list(attempt_ids)
        where = f"id in ({','.join('?' * len(ids))}) and seconds is not null"
        return dict(self._db.execute(f"select id, seconds from attempts where {where}", ids).fetchall())

    def finish_session(self, session_id: int, at: datetime) -> None:
        """Mark a session as finished."""
        self._db.table("sessions").update(session_id, {"finished_at": at.isoformat()})

    def of_session(self, session_id: int) -> list[Attempt]:
        """All attempts of one session, in the order they were started."""
        return list(self._attempts("session_id = ? order by id", [session_id]))

    def add_case(self, attempt_id: int, at: datetime, judgement: Judgement | None, grade: int) -> None:
        """Keep a person's grade beside the judge's, for measuring the judge."""
        row = {
            "attempt_id": attempt_id,
            "at": at.isoformat(),
            "judge": judgement.judge if judgement else "none",
            "judge_score": judgement.score if judgement else None,
            "judge_grade": judgement.grade if judgement else None,
            "grade": grade,
        }
        self._db.table("judge_cases").insert(row)

    def cases(self) -> list[dict[str, Any]]:
        """All kept cases, oldest first."""
        return list(self._db.query("select * from judge_cases order by id"))

    def confidences(self) -> list[tuple[int, float]]:
        """(confidence 0..100 named before the verdict, score 0..5) of all fully judged attempts that have both."""
        query = (
            "select confidence, json_extract(judgement, '$.score') from attempts "
            "where confidence is not null and judgement is not null "
            "and json_extract(judgement, '$.complete') is not 0 order by id"
        )
        return [(row[0], row[1]) for row in self._db.execute(query)]

    def setting(self, name: str, default: Any = None) -> Any:
        """A stored setting, decoded from JSON."""
        row = self._db.execute("select value from settings where name = ?", [name]).fetchone()
        return json.loads(row[0]) if row else default

    def set_setting(self, name: str, value: Any) -> None:
        """Store a setting as JSON."""
        self._db.table("settings").upsert({"name": name, "value": json.dumps(value)}, pk="name")

    def _attempts(self, where: str, values: Sequence[Any]) -> Iterator[Attempt]:
        rows = self._db.query(f"select * from attempts where {where}", values)
        return (self._attempt(row) for row in list(rows))

    def _session(self, where: str, values: Sequence[Any] = ()) -> dict[str, Any] | None:
        for row in self._db.query(f"select * from sessions where {where}", values):
            return row | {"queue": json.loads(row["queue"]), "settings": json.loads(row["settings"] or "{}")}
        return None

    def _attempt(self, row: dict[str, Any]) -> Attempt:
        return Attempt(
            id=row["id"],
            question_id=row["question_id"],
            state=row["state"],
            turns=self.transcript(row["id"]),
            judgement=judgement_from(json.loads(row["judgement"])) if row["judgement"] else None,
            hints=row["hints"],
            confidence=row["confidence"],
        )


def _turn(row: dict[str, Any]) -> Turn:
    return Turn(
        speaker=row["speaker"],
        kind=row["kind"],
        text=row["text"],
        at=datetime.fromisoformat(row["at"]),
        target=row["target"],
        origin=row["origin"] or "person",
    )


def judgement_from(data: dict[str, Any]) -> Judgement:
    """Rebuild a Judgement from the JSON that `save_judgement` wrote."""
    points = tuple(
        PointVerdict(
            **item
            | {
                "point": KeyPoint(**item["point"]),
                "evidence": Span(**item["evidence"]) if item["evidence"] else None,
            }
        )
        for item in data["points"]
    )
    return Judgement(**data | {"points": points, "cited": tuple(data.get("cited", ()))})
