"""Every step the database schema has taken. Add steps, never edit one that has shipped.

Each step runs in one transaction together with the note that it ran: a crash leaves the old or the new schema.
Names tell the story and sort by number: a package adds its own step with the next free number.
"""

from sqlite_utils.migrations import Migrations

from coach.storage.database import Database

migrations = Migrations("coach")


@migrations()
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


@migrations()
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


@migrations()
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


@migrations()
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
