"""Taking rows of another home into this one: ids are given anew, what is here already is recognised and kept."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from coach.models import Question, ReviewEvent
from coach.schedule import FSRS_PARAMETERS
from coach.srs.export import from_line
from coach.srs.memory import Memory
from coach.storage import Store
from coach.storage.attempts import judgement_from
from coach.storage.questions import question_from
from coach.storage.tables import Row, without

ATTEMPT_KEY = ("question_id", "started_at")
SESSION_KEY = ("kind", "started_at")
INSTANTS = {
    "collections": ("imported_at",),
    "sessions": ("started_at",),
    "attempts": ("started_at",),
    "turns": ("at",),
    "judge_cases": ("at",),
}


class Merge:
    """One import, inside one transaction. Rows come in the order of `EXPORTED`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tables = store.tables
        self._sessions = self._tables.ids_by("sessions", SESSION_KEY)
        self._attempts = self._tables.ids_by("attempts", ATTEMPT_KEY)
        self._session_ids: dict[int, int] = {}  # theirs -> ours
        self._attempt_ids: dict[int, int] = {}
        self._new_attempts: set[int] = set()
        self._events: list[ReviewEvent] = []

    def take(self, table: str, row: Row) -> bool:
        """Take one row in; False if this home has it already. Raises ValueError, TypeError or KeyError."""
        check_dates(table, row)
        if table == "sessions":
            return self._keyed(table, row, SESSION_KEY, self._sessions, self._session_ids)
        if table == "attempts":
            if row.get("judgement") is not None:
                judgement_from(row["judgement"])  # raises for what is none
            row = row | {"session_id": self._session_ids.get(row.get("session_id") or 0)}
            added = self._keyed(table, row, ATTEMPT_KEY, self._attempts, self._attempt_ids)
            if added:
                self._new_attempts.add(row["id"])
            return added
        if table in ("turns", "judge_cases"):
            if row["attempt_id"] not in self._new_attempts:
                return False
            row = without(row, ["id"]) | {"attempt_id": self._attempt_ids[row["attempt_id"]]}
        elif table == "review_log":
            event = from_line(json.dumps(row))
            ours = self._attempt_ids.get(event.attempt_id) if event.attempt_id is not None else None
            self._events.append(replace(event, attempt_id=ours))
            return True
        elif table == "questions":
            check_question(row)
        elif table == "settings":
            check_setting(row["name"], row["value"])
        return self._tables.insert(table, row) is not None

    def finish(self) -> int:
        """Bring both review logs together; returns how many lines were added. The schedules are to be rebuilt then."""
        reviews = self._store.reviews
        ours = list(reviews.events())
        merged = merged_logs(ours, self._events)
        if len(merged) > len(ours):
            self._tables.clear_log()
            reviews.append_all(merged)
        return len(merged) - len(ours)

    def _keyed(
        self, table: str, row: Row, key: Sequence[str], known: dict[tuple[Any, ...], int], ids: dict[int, int]
    ) -> bool:
        named = tuple(row[name] for name in key)
        if named in known:
            ids[row["id"]] = known[named]
            return False
        written = self._tables.insert(table, without(row, ["id"]))
        assert written is not None
        ids[row["id"]] = known[named] = written
        return True


def check_dates(table: str, row: Mapping[str, Any]) -> None:
    """Raise ValueError, TypeError or KeyError for an instant, a day or weights that cannot be read back."""
    for name in INSTANTS.get(table, ()):
        datetime.fromisoformat(row[name])
    if row.get("finished_at") is not None:
        datetime.fromisoformat(row["finished_at"])
    if table == "interview_dates":
        date.fromisoformat(row["day"]), date.fromisoformat(row["since"])
        if not all(type(weight) in (int, float) and weight >= 0 for weight in row["weights"].values()):
            raise ValueError("the weight of a topic is 0 or more")


def check_setting(name: str, value: Any) -> None:
    """Raise ValueError or TypeError for a value that whoever reads this setting could not use."""
    if name == FSRS_PARAMETERS:
        Memory(value)
    if name.startswith("trust:") and not (isinstance(value, list) and all(isinstance(task, str) for task in value)):
        raise ValueError(f"{name} is a list of tasks, not {value!r}")
    if name.startswith("measured:") and not isinstance(value, dict):
        raise ValueError(f"{name} holds figures, not {value!r}")


def check_question(row: Mapping[str, Any]) -> Question:
    """The question of an exported row. Raises ValueError, TypeError or KeyError for what is none."""
    encoded = {name: json.dumps(value) if isinstance(value, list) else value for name, value in row.items()}
    return question_from(encoded)


def merged_logs(ours: Sequence[ReviewEvent], theirs: Sequence[ReviewEvent]) -> list[ReviewEvent]:
    """Both logs as one, numbered from 1: by time, each in its own order, an event that stands in both only once.

    A log's own order is kept even where its clock was set back, since an undo must follow what it undoes.
    """
    known = {_key(event): event.id for event in ours}
    fresh = [event for event in theirs if _key(event) not in known]
    if not fresh:
        return list(ours)
    numbers: dict[tuple[str, int], int] = {}
    numbers |= {("theirs", e.id): -known[_key(e)] for e in theirs if _key(e) in known}  # filled in below
    merged: list[ReviewEvent] = []
    left, right = list(reversed(ours)), list(reversed(fresh))
    while left or right:
        side, source = ("ours", left) if left and (not right or left[-1].at <= right[-1].at) else ("theirs", right)
        event = source.pop()
        numbers[side, event.id] = len(merged) + 1
        merged.append(replace(event, id=len(merged) + 1, target_id=_target(event, side, numbers)))
    return merged


def _target(event: ReviewEvent, side: str, numbers: Mapping[tuple[str, int], int]) -> int | None:
    if event.target_id is None:
        return None
    number = numbers.get((side, event.target_id))
    if number is not None and number < 0:  # their line is one of ours
        number = numbers.get(("ours", -number))
    if number is None:
        raise ValueError(f"line {event.id} of the review log is about line {event.target_id}, which is missing")
    return number


def _key(event: ReviewEvent) -> tuple[str, str, str]:
    return event.kind, event.question_id, event.at.isoformat()
