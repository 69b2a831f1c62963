"""The review log as JSON Lines, and histories of other programs as lines of ours.

A line of ours holds every field of a `ReviewEvent`; importing an export into an empty log and exporting again gives the
same bytes. Programs that keep a review history (Anki's `revlog`, hashcards' export) are read as plain rows and give
reviews; their cards' own dates are not taken over, since replaying the history gives ours.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, fields
from datetime import UTC, date, datetime
from typing import Any, get_args

from coach.models import ReviewEvent, ReviewEventKind
from coach.srs.sm2 import check_grade
from coach.srs.sm2_cards import Sm2Scheduler
from coach.srs.study_day import check_rollover_hour

_FIELDS = tuple(f.name for f in fields(ReviewEvent))
GRADE_OF_EASE = {1: 1, 2: 3, 3: 4, 4: 5}  # Anki: again, hard, good, easy
_WHOLE, _MEASURED = ("id", "grade", "target_id", "rollover_hour", "attempt_id"), ("recall", "seconds")
LONGEST_SECONDS = 1e9
_MAY_LACK = ("grade", "target_id", "attempt_id", *_MEASURED)
DayOf = Callable[[datetime], date]
Answers = Iterator[ReviewEvent]
GRADE_OF_WORD = {"forgot": 1, "hard": 3, "good": 4, "easy": 5}  # hashcards


def to_line(event: ReviewEvent) -> str:
    """One event as a line of JSON without a line end."""
    row = asdict(event)
    row["at"], row["study_day"] = event.at.isoformat(), event.study_day.isoformat()
    return json.dumps(row, ensure_ascii=False, sort_keys=True)


def from_line(line: str) -> ReviewEvent:
    """The event of a line. Raises ValueError naming what is wrong."""
    try:
        row = json.loads(line)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
    if not isinstance(row, dict) or not {"id", "kind", "question_id", "at", "study_day"} <= row.keys() <= set(_FIELDS):
        raise ValueError(f"a line of the review log has the fields {', '.join(_FIELDS)}")
    if row["kind"] not in get_args(ReviewEventKind):
        raise ValueError(f"the kind of a line is one of {get_args(ReviewEventKind)}, not {row['kind']!r}")
    if row["kind"] in ("review", "redrill", "regrade", "override"):
        check_grade(row.get("grade"))
    for name, value in row.items():
        _check_value(name, value)
    check_rollover_hour(row.get("rollover_hour", 4))
    at = datetime.fromisoformat(row["at"])
    if at.tzinfo is None:
        raise ValueError(f"an instant needs an offset: {row['at']!r}")
    event = ReviewEvent(**row | {"at": at, "study_day": date.fromisoformat(row["study_day"])})
    if event.kind == "baseline":
        _check_baseline(event)
    return event


def _check_value(name: str, value: object) -> None:
    """Raise ValueError for a value that its column cannot hold."""
    if value is None:
        fits = name in _MAY_LACK
    elif name in _WHOLE:
        fits = type(value) is int and abs(value) < 2**63
    elif name in _MEASURED:
        fits = isinstance(value, int | float) and 0 <= value <= (1 if name == "recall" else LONGEST_SECONDS)
    else:
        fits = isinstance(value, str)
        str(value).encode()  # a lone surrogate raises a ValueError
    if not fits:
        raise ValueError(f"{name} cannot be {value!r}")


def _check_baseline(event: ReviewEvent) -> None:
    state = Sm2Scheduler().adopt(event)
    if any(type(number) is not int for number in (state.repetitions, state.interval_days, state.ef_hundredths)):
        raise ValueError("a baseline holds n, interval and ef as whole numbers")


def from_anki(rows: Iterable[Mapping[str, Any]], question_of: Mapping[Any, str], day_of: DayOf) -> Answers:
    """Reviews from rows of Anki's `revlog` (id: milliseconds, cid, ease 1..4, time: milliseconds).

    question_of: our question by Anki's card id; rows of other cards are left out.  day_of: instant -> study day.
    Ease 0 marks manual rescheduling and is no answer.
    """
    for row in rows:
        if row["ease"] in GRADE_OF_EASE and row["cid"] in question_of:
            at = datetime.fromtimestamp(row["id"] / 1000, UTC)
            grade, seconds = GRADE_OF_EASE[row["ease"]], row.get("time", 0) / 1000
            yield _answer(question_of[row["cid"]], at, grade, day_of, seconds or None)


def from_hashcards(rows: Iterable[Mapping[str, Any]], question_of: Mapping[Any, str], day_of: DayOf) -> Answers:
    """Reviews from what hashcards exports (hash, reviewedAt: ISO 8601, grade: a word)."""
    for row in rows:
        grade = GRADE_OF_WORD.get(str(row["grade"]).lower())
        if grade is not None and row["hash"] in question_of:
            at = datetime.fromisoformat(row["reviewedAt"])
            at = at if at.tzinfo else at.replace(tzinfo=UTC)
            yield _answer(question_of[row["hash"]], at, grade, day_of, None)


def with_kinds(events: Iterable[ReviewEvent]) -> Iterator[ReviewEvent]:
    """Imported answers in order of time, numbered from 1: a question's first one on a day is a review."""
    last: dict[str, date] = {}
    for number, event in enumerate(sorted(events, key=lambda event: event.at), start=1):
        again = event.question_id in last and event.study_day <= last[event.question_id]
        last.setdefault(event.question_id, event.study_day)
        last[event.question_id] = max(last[event.question_id], event.study_day)
        yield ReviewEvent(**asdict(event) | {"id": number, "kind": "redrill" if again else "review"})


def _answer(question_id: str, at: datetime, grade: int, day_of: DayOf, seconds: float | None) -> ReviewEvent:
    return ReviewEvent(0, "review", question_id, at, day_of(at), grade, seconds=seconds)
