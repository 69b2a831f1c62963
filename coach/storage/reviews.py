"""The append-only review log, the cards computed from it, and interview dates.

Nothing here decides what a line means: `coach.schedule` asks `coach.srs` and hands over the result. The one promise
kept here is that a line and the card it leads to are saved together or not at all.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import date, datetime
from operator import attrgetter
from typing import Any, cast

from coach.models import Card, InterviewDate, ReviewEvent
from coach.storage.database import Database

_EVENT_COLUMNS = tuple(f.name for f in fields(ReviewEvent))
_CARD_COLUMNS = tuple(f.name for f in fields(Card))
_INSERT_EVENT = (
    f"insert into review_log ({', '.join(_EVENT_COLUMNS[1:])}) values ({', '.join('?' * (len(_EVENT_COLUMNS) - 1))})"
)
_SAVE_CARD = f"insert or replace into cards ({', '.join(_CARD_COLUMNS)}) values ({', '.join('?' * len(_CARD_COLUMNS))})"
_SELECT_EVENT = f"select {', '.join(_EVENT_COLUMNS)} from review_log"
_SELECT_CARD = f"select {', '.join(_CARD_COLUMNS)} from cards"
_LIVE = "exists (select 1 from questions q where q.id = c.question_id and q.retired_at is null)"
"""Of a card `c`: its question can be asked. Those of retired questions, and of ones not imported yet, wait."""
_AT_ONCE = 500


class Reviews:
    """Repository of the schedule. Statements are written out where sqlite-utils would look at the schema each time."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def append(self, event: ReviewEvent) -> int:
        """Add a line to the log and return its id; `event.id` is ignored."""
        return cast(int, self._db.execute(_INSERT_EVENT, _event_row(event)[1:]).lastrowid)

    def append_all(self, events: Iterable[ReviewEvent]) -> None:
        """Add lines with the ids they carry: for an import into an empty log."""
        columns = ", ".join(_EVENT_COLUMNS)
        marks = ", ".join("?" * len(_EVENT_COLUMNS))
        with self._db.atomic():
            self._db.conn.executemany(
                f"insert into review_log ({columns}) values ({marks})", (_event_row(event) for event in events)
            )

    def event(self, event_id: int) -> ReviewEvent | None:
        """One line of the log."""
        row = self._db.execute(f"{_SELECT_EVENT} where id = ?", [event_id]).fetchone()
        return _event(row) if row else None

    def events_of(self, question_id: str) -> list[ReviewEvent]:
        """All lines about one question, oldest first."""
        rows = self._db.execute(f"{_SELECT_EVENT} where question_id = ? order by id", [question_id])
        return [_event(row) for row in rows]

    def events(self, after_id: int = 0) -> Iterator[ReviewEvent]:
        """All lines with a larger id, oldest first."""
        for row in self._db.execute(f"{_SELECT_EVENT} where id > ? order by id", [after_id]):
            yield _event(row)

    def newest_first(self) -> Iterator[ReviewEvent]:
        """The log backwards, read as far as the caller goes."""
        for row in self._db.execute(f"{_SELECT_EVENT} order by id desc"):
            yield _event(row)

    def save_card(self, card: Card) -> None:
        """Keep the schedule of one question."""
        self._db.execute(_SAVE_CARD, _card_row(card))

    def delete_card(self, question_id: str) -> None:
        """Forget the schedule of a question that has no answers left."""
        self._db.execute("delete from cards where question_id = ?", [question_id])

    def replace_cards(self, cards: Iterable[Card]) -> None:
        """Throw the cache away and write it anew, in one transaction."""
        with self._db.atomic():
            self._db.execute("delete from cards")
            self._db.conn.executemany(_SAVE_CARD, (_card_row(card) for card in cards))

    def card(self, question_id: str) -> Card | None:
        """The schedule of one question, None if it was never asked."""
        row = self._db.execute(f"{_SELECT_CARD} where question_id = ?", [question_id]).fetchone()
        return _card(row) if row else None

    def cards(self, question_ids: Sequence[str] | None = None) -> Iterator[Card]:
        """The schedules of these questions, or of all, also of those that cannot be asked (`live_cards`)."""
        if question_ids is None:
            for row in self._db.execute(_SELECT_CARD):
                yield _card(row)
            return
        for start in range(0, len(question_ids), _AT_ONCE):
            part = question_ids[start : start + _AT_ONCE]
            marks = ",".join("?" * len(part))
            for row in self._db.execute(f"{_SELECT_CARD} where question_id in ({marks})", list(part)):
                yield _card(row)

    def live_cards(self) -> Iterator[Card]:
        """The schedules of all questions that can be asked."""
        return map(_card, self._db.execute(f"{_SELECT_CARD} c where {_LIVE}"))

    def asked_ids(self) -> set[str]:
        """Ids of all questions that have a schedule."""
        return {row[0] for row in self._db.execute("select question_id from cards")}

    def due(self, day: date, limit: int = -1) -> list[Card]:
        """Cards due on or before `day`, longest overdue first; at most `limit`, -1 for all."""
        return self.due_between(date.min, day, limit)

    def due_between(self, first: date, last: date, limit: int = -1) -> list[Card]:
        """Live cards due on `first` or later, and on `last` or before, earliest first."""
        rows = self._db.execute(
            f"{_SELECT_CARD} c where due between ? and ? and {_LIVE} order by due, question_id limit ?",
            [first.isoformat(), last.isoformat(), limit],
        )
        return [_card(row) for row in rows]

    def fresh(self, limit: int) -> list[tuple[str, str]]:
        """(question id, topic) of live questions never asked: up to `limit` of each topic.

        Topics and their questions come in the order of the documents, the bank's own in the order of its topics.
        """
        query = "select topic from questions where retired_at is null group by topic order by min(position), topic"
        topics = [row[0] for row in self._db.execute(query)]
        query = (
            "select id, topic from questions q where topic = ? and retired_at is null and duplicate_of is null "
            "and not exists (select 1 from cards c where c.question_id = q.id) order by position, id limit ?"
        )
        return [(row[0], row[1]) for topic in topics for row in self._db.execute(query, [topic, limit])]

    def counts(self) -> tuple[int, int]:
        """(live questions, those of them that have a schedule)."""
        query = (
            "select count(*), count(c.question_id) from questions q left join cards c on c.question_id = q.id "
            "where q.retired_at is null"
        )
        return cast(tuple[int, int], self._db.execute(query).fetchone())

    def siblings(self) -> dict[str, str]:
        """A common name for questions that repeat each other, by question id."""
        rows = self._db.execute("select id, duplicate_of from questions where duplicate_of is not null").fetchall()
        return {name: row[1] for row in rows for name in row}

    def newest(self, limit: int) -> list[ReviewEvent]:
        """The latest lines of the log, oldest of them first."""
        rows = self._db.execute(f"{_SELECT_EVENT} order by id desc limit ?", [limit]).fetchall()
        return [_event(row) for row in reversed(rows)]

    def events_on(self, day: date) -> list[ReviewEvent]:
        """The answers of one study day with all that was undone, redone and regraded since its first, oldest first."""
        query = (
            f"{_SELECT_EVENT} where id >= (select min(id) from review_log where study_day = ?1) "
            "and (study_day = ?1 or kind not in ('review', 'redrill')) order by id"
        )
        return [_event(row) for row in self._db.execute(query, [day.isoformat()])]

    def redrills(self, day: date) -> list[Card]:
        """Live cards answered on `day` that are to be repeated on it, in the order of their last answers."""
        rows = self._db.execute(
            f"{_SELECT_CARD} c where redrill = 1 and last_day = ? and {_LIVE} order by last_event_id", [day.isoformat()]
        )
        return [_card(row) for row in rows]

    def counts_by_due(self, until: date) -> dict[date, int]:
        """Number of live cards by due date, up to and including `until`."""
        query = f"select due, count(*) from cards c where due <= ? and {_LIVE} group by due"
        rows = self._db.execute(query, [until.isoformat()])
        return {date.fromisoformat(row[0]): row[1] for row in rows}

    def days_practised(self, since: date) -> list[date]:
        """Study days with an answer, from `since` on."""
        rows = self._db.execute("select distinct study_day from review_log where study_day >= ?", [since.isoformat()])
        return [date.fromisoformat(row[0]) for row in rows]

    def interview_dates(self) -> list[InterviewDate]:
        """All interview dates, earliest first."""
        rows = self._db.execute("select day, since, title, weights from interview_dates order by day")
        return [
            InterviewDate(date.fromisoformat(row[0]), date.fromisoformat(row[1]), row[2], json.loads(row[3]))
            for row in rows
        ]

    def set_interview_date(self, interview: InterviewDate) -> None:
        """Add a date, or change the one on the same day."""
        days = [interview.day.isoformat(), interview.since.isoformat()]
        row = [*days, interview.title, json.dumps(dict(interview.weights))]
        with self._db.atomic():
            self._db.execute(
                "insert or replace into interview_dates (day, since, title, weights) values (?, ?, ?, ?)", row
            )

    def delete_interview_date(self, day: date) -> None:
        """Forget a date."""
        with self._db.atomic():
            self._db.execute("delete from interview_dates where day = ?", [day.isoformat()])


# columns are written out in the order of the classes: `asdict` and keywords would cost more than the statement itself
_event_values, _card_values = attrgetter(*_EVENT_COLUMNS), attrgetter(*_CARD_COLUMNS)


def _event_row(event: ReviewEvent) -> list[Any]:
    key, kind, question_id, at, study_day, *rest = _event_values(event)
    return [key, kind, question_id, at.isoformat(), study_day.isoformat(), *rest]


def _event(row: Sequence[Any]) -> ReviewEvent:
    key, kind, question_id, at, study_day, *rest = row
    return ReviewEvent(key, kind, question_id, datetime.fromisoformat(at), date.fromisoformat(study_day), *rest)


def _card_row(card: Card) -> list[Any]:
    values = _card_values(card)
    *start, due, redrill, last_day = values[:8]
    return [*start, due.isoformat() if due else None, int(redrill), last_day.isoformat(), *values[8:]]


def _card(row: Sequence[Any]) -> Card:
    key, topic, repetitions, interval, ef, due, redrill, last_day, *rest = row
    due_day = date.fromisoformat(due) if due else None
    return Card(key, topic, repetitions, interval, ef, due_day, bool(redrill), date.fromisoformat(last_day), *rest)
