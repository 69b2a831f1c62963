"""The views for people who look into the file with other programs say what the coach itself says."""

import json
import sqlite3
import subprocess
import sys
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlite_utils import Database

from coach.assemble import Parts
from coach.config import load
from coach.models import Judgement, KeyPoint, PointVerdict, Span, Turn
from coach.paths import Paths
from coach.storage import Store

NOW = datetime.now(UTC) - timedelta(days=40)
JUDGEMENT = Judgement(
    (
        PointVerdict(KeyPoint("It lowers the variance.", 3), "covered", 0.91, 0.9, Span(0, 11, "less spread")),
        PointVerdict(KeyPoint("Trees are grown deep.", 1), "missing", 0.8, 0.1),
    ),
    3.7,
    4,
    True,
    "semantic",
)


@pytest.fixture
def parts(home: Any) -> Parts:
    return Parts(load(Paths(home)))


def rows(store: Store, view: str) -> list[dict[str, Any]]:
    """What a program that knows nothing of the coach reads, without the right to write."""
    reader = sqlite3.connect(f"file:{store.path}?mode=ro", uri=True)
    reader.row_factory = sqlite3.Row
    found = [dict(row) for row in reader.execute(f"select * from {view}")]
    reader.close()
    return found


def test_reviews_show_the_grade_that_holds(parts: Parts) -> None:
    first, second, third, fourth = parts.store.questions.live()[:4]
    for question, grade in ((first, 5), (second, 4), (third, 2), (fourth, 3)):
        parts.schedule.record(question.id, grade, NOW, topic=question.topic)
    parts.schedule.override(second.id, 1, NOW)
    parts.schedule.override(third.id, 5, NOW)
    parts.schedule.undo(NOW)  # the correction of the third
    parts.schedule.undo(NOW)  # the correction of the second
    parts.schedule.redo(NOW)  # and it holds again
    by_question = {row["question"]: row for row in rows(parts.store, "reviews")}
    found = [
        (row["first_grade"], row["grade"], row["undone"])
        for row in (by_question[question.text] for question in (first, second, third, fourth))
    ]
    assert found == [(5, 5, 0), (4, 1, 0), (2, 2, 0), (3, 3, 0)]
    for question in (first, second, third, fourth):
        ((_, counts),) = parts.schedule.answers(question.id)
        assert by_question[question.text]["grade"] == counts


def test_an_undone_answer_is_marked(parts: Parts) -> None:
    question = parts.store.questions.live()[0]
    parts.schedule.record(question.id, 5, NOW, topic=question.topic)
    parts.schedule.undo(NOW)
    assert [row["undone"] for row in rows(parts.store, "reviews")] == [1]
    parts.schedule.redo(NOW)
    assert [row["undone"] for row in rows(parts.store, "reviews")] == [0]


def test_due_questions_and_topics_are_those_of_the_coach(parts: Parts) -> None:
    asked, grades = parts.store.questions.live()[:3], (2, 4, 5)
    for question, grade in zip(asked, grades, strict=True):
        parts.schedule.record(question.id, grade, NOW, topic=question.topic)
    today = datetime.now().date()
    due = rows(parts.store, "questions_due")
    assert [row["question_id"] for row in due] == [card.question_id for card in parts.store.reviews.due(today)]
    assert {row["overdue_days"] for row in due} <= {38, 39, 40}  # a day after the answer, in any time zone
    topics = {row["topic"]: row for row in rows(parts.store, "topics")}
    assert set(topics) == set(parts.store.questions.topics())
    assert sum(row["questions"] for row in topics.values()) == len(parts.store.questions.live())
    assert sum(row["asked"] for row in topics.values()) == sum(row["due"] for row in topics.values()) == 3
    total = sum((row["mean_grade"] or 0) * row["asked"] for row in topics.values())
    assert total == pytest.approx(sum(grades), abs=0.02)


def test_judgements_verdicts_and_transcripts(parts: Parts) -> None:
    attempts, question = parts.store.attempts, parts.store.questions.live()[0]
    attempt = attempts.start(question.id, NOW)
    attempts.add_turn(attempt, Turn("candidate", "answer", "less spread", NOW), "answered")
    assert rows(parts.store, "judgements") == []
    attempts.save_judgement(attempt, JUDGEMENT, "judged")
    attempts.add_case(attempt, NOW, JUDGEMENT, 3)
    (judged,) = rows(parts.store, "judgements")
    assert judged["question"] == question.text
    assert [judged[name] for name in ("judge", "score", "grade", "sure", "own_grade")] == ["semantic", 3.7, 4, 1, 3]
    covered, missing = rows(parts.store, "verdicts")
    assert [covered[name] for name in ("number", "weight", "verdict", "probability")] == [1, 3, "covered", 0.91]
    assert (covered["evidence"], missing["evidence"]) == ("less spread", None)
    assert missing["key_point"] == asdict(JUDGEMENT)["points"][1]["point"]["text"]
    assert [row["text"] for row in rows(parts.store, "transcripts")] == ["less spread"]


def test_sqlite_utils_reads_the_file(store: Store) -> None:
    db = Database(store.path)
    assert {"reviews", "questions_due", "topics", "judgements", "verdicts", "transcripts"} == set(db.view_names())
    assert all(db.view(name).columns for name in db.view_names())
    db.close()
    command = [sys.executable, "-m", "sqlite_utils", "rows", str(store.path), "topics"]
    assert json.loads(subprocess.run(command, capture_output=True, check=True).stdout) == []
