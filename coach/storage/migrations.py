"""Every step the database schema has taken. Add steps, never edit one that has shipped.

Each step runs in one transaction together with the note that it ran: a crash leaves the old or the new schema.
Names tell the story and sort by number: a package adds its own step with the next free number.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # loaded when there is a step to take
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

Step = Callable[["Database"], None]
SET = "coach"
STEPS: dict[str, Step] = {}
"""Every step by its name, in order."""


def step(function: Step) -> Step:
    """Add a step at the end."""
    STEPS[function.__name__] = function
    return function


def applied(connection: sqlite3.Connection) -> list[str]:
    """Names of the steps that a file has taken, in order; empty for an empty file."""
    if not connection.execute("select 1 from sqlite_master where name = '_sqlite_migrations'").fetchone():
        return []
    query = "select name from _sqlite_migrations where migration_set = ? order by rowid"
    return [row[0] for row in connection.execute(query, [SET])]


def pending(connection: sqlite3.Connection) -> list[str]:
    """Names of the steps that a file has still to take, in order."""
    taken = set(applied(connection))
    return [name for name in STEPS if name not in taken]


def migrations() -> Migrations:
    """The steps as sqlite-utils takes them."""
    from sqlite_utils.migrations import Migrations

    steps = Migrations(SET)
    for name, function in STEPS.items():
        steps(name=name)(function)
    return steps


@step
def m001_attempts(db: Database) -> None:
    """Interviews: what was asked, said, judged and overruled. Instants are ISO 8601 in UTC."""
    db.table("attempts").create(
        {
            "id": int,
            "question_id": str,
            "session_id": int,
            "state": str,
            "started_at": str,
            "finished_at": str,
            "hints": int,
            "confidence": int,
            "judgement": str,  # JSON of coach.models.Judgement
            "seconds": float,  # time the person spent on it
        },
        pk="id",
        not_null={"question_id", "state", "started_at", "hints"},
        defaults={"hints": 0},
        strict=True,
    )
    db.table("attempts").create_index(["state"])
    db.table("attempts").create_index(["question_id"])
    db.table("turns").create(
        {
            "id": int,
            "attempt_id": int,
            "speaker": str,
            "kind": str,
            "text": str,
            "at": str,
            "target": int,
            "origin": str,
        },
        pk="id",
        not_null={"attempt_id", "speaker", "kind", "text", "at"},
        foreign_keys=[("attempt_id", "attempts", "id")],
        strict=True,
    )
    db.table("turns").create_index(["attempt_id"])
    db.table("sessions").create(
        {"id": int, "kind": str, "queue": str, "started_at": str, "finished_at": str, "settings": str},
        pk="id",
        not_null={"kind", "queue", "started_at"},
        strict=True,
    )
    db.table("judge_cases").create(
        {"id": int, "attempt_id": int, "at": str, "judge": str, "judge_score": float, "judge_grade": int, "grade": int},
        pk="id",
        not_null={"attempt_id", "at", "judge", "grade"},
        foreign_keys=[("attempt_id", "attempts", "id")],
        strict=True,
    )
    db.table("settings").create({"name": str, "value": str}, pk="name", strict=True)


@step
def m002_passages(db: Database) -> None:
    """What retrieval searches: passages, vectors by (model, text hash), lexical documents, a token of all changes."""
    db.table("indexed_questions").create(
        {
            "id": int,
            "question_id": str,
            "content_hash": str,
            "topic": str,
            "kind": str,
            "level": int,
            "collection": str,
        },
        pk="id",
        not_null={"question_id", "content_hash", "topic", "kind", "level", "collection"},
        strict=True,
    )
    db.table("indexed_questions").create_index(["question_id"], unique=True)
    db.table("passages").create(
        {"id": int, "question_id": str, "view": str, "lead": str, "text": str, "text_hash": str},
        pk="id",
        not_null={"question_id", "view", "lead", "text", "text_hash"},
        strict=True,
    )
    db.table("passages").create_index(["question_id"])
    db.table("passages").create_index(["text_hash"])
    # autoincrement: the id of a deleted vector must not come back with other content, since index files hold ids
    db.execute(
        "create table vectors (id integer primary key autoincrement, model text not null, text_hash text not null, "
        "vector blob not null, unique (model, text_hash)) strict"
    )
    db.table("passages_state").create({"id": int, "token": str}, pk="id", strict=True)
    db.execute(
        "create virtual table questions_fts using fts5 (title, body, tags, "
        "tokenize = 'porter unicode61 remove_diacritics 2')"
    )


@step
def m003_reviews(db: Database) -> None:
    """The append-only review log, the schedule computed from it, interview dates. Days are ISO dates."""
    # autoincrement: the order of ids is the order of events, also after the newest line was lost with a damaged file
    db.execute(
        "create table review_log (id integer primary key autoincrement, kind text not null, question_id text not null, "
        "at text not null, study_day text not null, grade integer, target_id integer, topic text not null, "
        "zone text not null, rollover_hour integer not null, profile text not null, recall real, seconds real, "
        "attempt_id integer, data text not null) strict"
    )
    db.table("review_log").create_index(["question_id"])
    db.table("review_log").create_index(["study_day"])
    db.table("cards").create(
        {
            "question_id": str,
            "topic": str,
            "repetitions": int,
            "interval_days": int,
            "ef_hundredths": int,
            "due": str,
            "redrill": int,
            "last_day": str,
            "last_grade": int,
            "reviews": int,
            "lapses": int,
            "floor_hits": int,
            "last_event_id": int,
            "profile": str,
            "stability": float,
            "difficulty": float,
        },
        pk="question_id",
        not_null={"topic", "repetitions", "interval_days", "ef_hundredths", "redrill", "last_day", "last_event_id"},
        strict=True,
    )
    db.table("cards").create_index(["due", "question_id"])
    db.execute("create index idx_cards_redrill on cards (last_day) where redrill = 1")
    db.table("interview_dates").create({"day": str, "since": str, "title": str, "weights": str}, pk="day", strict=True)


@step
def m004_questions(db: Database) -> None:
    """Questions by collection; never deleted, since reviews refer to them. Lists are JSON, instants ISO 8601 in UTC."""
    db.table("questions").create(
        {
            "id": str,
            "collection": str,
            "source": str,
            "section": str,
            "external_id": str,
            "position": int,  # order within the collection
            "topic": str,
            "kind": str,
            "level": int,
            "text": str,
            "answer": str,
            "key_points": str,  # JSON: [[text, weight, probe, derived], ...]
            "mistakes": str,
            "follow_ups": str,
            "tags": str,
            "code_blocks": int,
            "duplicate_of": str,
            "source_hash": str,  # of what the source said last: an edit by the person does not change it
            "edited": int,
            "changed_at": str,
            "retired_at": str,
        },
        pk="id",
        not_null={"collection", "topic", "kind", "level", "text", "answer", "source_hash"},
        defaults={"edited": 0},
        strict=True,
    )
    db.table("questions").create_index(["collection", "position"])
    db.table("questions").create_index(["topic"])
    db.table("collections").create(
        {"name": str, "root": str, "state": str, "imported_at": str}, pk="name", not_null={"state"}, strict=True
    )


@step
def m005_views(db: Database) -> None:
    """Views with readable names, for people who look into the file with other programs; the coach reads none of them.

    SQLite keeps the comments: the first says what a row is, those behind the columns become docs/reference/database.md.
    """
    for view in (_REVIEWS, _QUESTIONS_DUE, _TOPICS, _JUDGEMENTS, _VERDICTS, _TRANSCRIPTS):
        db.execute(view)


_REVIEWS = """
create view reviews as
-- One answer that was graded, with what corrections and undo have made of it since.
with undone as (
    select target_id from (
        select target_id, kind, max(id) from review_log where kind in ('undo', 'redo') group by target_id
    ) where kind = 'undo' and target_id is not null
), corrected as (
    select target_id, grade, max(id) from review_log
    where kind in ('regrade', 'override') and id not in (select target_id from undone) group by target_id
)
select
    log.id, -- line of `review_log`; grows with time
    log.at, -- instant of the answer
    log.study_day, -- day it counts for
    log.topic, -- topic at that time
    questions.text as question, -- what was asked
    log.kind, -- `review`: moves the schedule; `redrill`: repeated on the same day
    coalesce(corrected.grade, log.grade) as grade, -- 0 to 5, as it counts now
    log.grade as first_grade, -- 0 to 5, as it was given first
    log.id in (select target_id from undone) as undone, -- 1: taken back, counts no more
    log.recall, -- probability of knowing the answer that day, as expected before; empty at a first answer
    log.seconds, -- time taken, if measured
    log.question_id, -- row of `questions`
    log.attempt_id -- row of `attempts`, empty for imported answers
from review_log log
left join corrected on corrected.target_id = log.id
left join questions on questions.id = log.question_id
where log.kind in ('review', 'redrill')
"""

_QUESTIONS_DUE = """
create view questions_due as
-- One question that is due by the computer's calendar, longest overdue first. `coach due` asks within the day's budget.
select
    cards.due, -- day it became due
    cast(julianday(date('now', 'localtime')) - julianday(cards.due) as integer) as overdue_days, -- days since then
    questions.topic, -- topic
    questions.level, -- 1 (screening) to 5 (principal)
    questions.text as question, -- what will be asked
    cards.last_grade, -- 0 to 5, of the latest answer
    cards.last_day, -- study day of the latest answer
    cards.reviews, -- answers that moved the schedule
    cards.lapses, -- times forgotten after a pass
    cards.interval_days, -- the pause that ends
    cards.question_id -- row of `questions`
from cards join questions on questions.id = cards.question_id
where questions.retired_at is null and cards.due <= date('now', 'localtime')
order by cards.due, cards.question_id
"""

_TOPICS = """
create view topics as
-- One topic of the questions that are not retired.
select
    questions.topic, -- topic
    count(*) as questions, -- number of questions
    count(cards.question_id) as asked, -- of these, asked at least once
    coalesce(sum(cards.due <= date('now', 'localtime')), 0) as due, -- of these, due today or before
    round(avg(cards.last_grade), 2) as mean_grade, -- 0 to 5, over the latest answer to each question
    coalesce(sum(cards.lapses), 0) as lapses, -- times forgotten after a pass
    max(cards.last_day) as last_day -- study day of the latest answer
from questions left join cards on cards.question_id = questions.id
where questions.retired_at is null
group by questions.topic
"""

_JUDGEMENTS = """
create view judgements as
-- One interview question that the judge has judged.
select
    attempts.id as attempt_id, -- row of `attempts`
    attempts.started_at as at, -- instant of the question
    questions.topic, -- topic
    questions.text as question, -- what was asked
    json_extract(attempts.judgement, '$.judge') as judge, -- name of the judge
    round(json_extract(attempts.judgement, '$.score'), 2) as score, -- 0 to 5, computed from the verdicts
    json_extract(attempts.judgement, '$.grade') as grade, -- 0 to 5, what the judge would have given
    json_extract(attempts.judgement, '$.sure') as sure, -- 0: a person should confirm the grade
    coalesce(json_extract(attempts.judgement, '$.complete'), 1)
        as complete, -- 0: a later reply could not be judged, score and grade count for nothing
    (select grade from judge_cases where attempt_id = attempts.id order by id desc limit 1)
        as own_grade, -- 0 to 5, given by the person; empty where the judge's holds
    attempts.confidence, -- 0 to 100, named before the verdict
    attempts.hints, -- hints taken
    attempts.question_id -- row of `questions`
from attempts left join questions on questions.id = attempts.question_id
where attempts.judgement is not null
"""

_VERDICTS = """
create view verdicts as
-- One key point in one judgement.
select
    attempts.id as attempt_id, -- row of `attempts`
    questions.text as question, -- what was asked
    point.key + 1 as number, -- of the key point, from 1
    json_extract(point.value, '$.point.text') as key_point, -- what a complete answer says
    json_extract(point.value, '$.point.weight') as weight, -- 1 (nice to have) to 3 (essential)
    json_extract(point.value, '$.verdict') as verdict, -- covered, partial, missing or contradicted
    round(json_extract(point.value, '$.probability'), 3) as probability, -- 0 to 1, of this verdict
    json_extract(point.value, '$.evidence.text') as evidence, -- the candidate's own words
    json_extract(point.value, '$.prompted') as prompted -- 1: reached only after a follow-up
from attempts join json_each(attempts.judgement, '$.points') point
left join questions on questions.id = attempts.question_id
"""

_TRANSCRIPTS = """
create view transcripts as
-- One thing said in an interview, in order.
select
    turns.attempt_id, -- row of `attempts`
    turns.at, -- instant
    questions.text as question, -- what the interview is about
    turns.speaker, -- coach or candidate
    turns.kind, -- question, answer, followup, followup_answer, deepening, hint, acknowledgement or note
    turns.text -- what was said
from turns join attempts on attempts.id = turns.attempt_id
left join questions on questions.id = attempts.question_id
order by turns.id
"""
