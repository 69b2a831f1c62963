import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from coach.session import Session
from coach.statistics import statistics
from tests.screens.fakes import FakeParts
from tui import figures as words

START = datetime(2026, 1, 5, 12, tzinfo=UTC)  # a Monday


def answer(session: Session, question_id: str, day: int, grade: int, seconds: float | None = None) -> None:
    question = session.store.questions.get(question_id)
    assert question is not None
    at = START + timedelta(days=day)
    session.schedule.record(question_id, grade, at, topic=question.topic, seconds=seconds)


def on(session: Session, day: int) -> dict:  # type: ignore[type-arg]
    return statistics(session.parts, START + timedelta(days=day))


@pytest.fixture
def two(session: Session) -> tuple[str, str]:
    first, *_, last = session.store.questions.live()
    return first.id, last.id


def test_a_fresh_home_has_figures_without_any_answer(session: Session) -> None:
    figures = on(session, 0)
    assert figures["reviews"]["total"] == 0
    assert figures["retention"]["all"] is None
    assert len(figures["forecast"]["days"]) == 30
    assert {row["topic"] for row in figures["mastery"]} == set(session.store.questions.topics())
    assert all(sentence for sentence in words.lines(figures))
    json.dumps(figures)


def test_retention_counts_what_came_back_and_neither_first_answers_nor_drills(
    session: Session, two: tuple[str, str]
) -> None:
    answer(session, two[0], 0, 5)
    answer(session, two[0], 1, 4)  # a day later: known
    answer(session, two[1], 0, 5)
    answer(session, two[1], 2, 1)  # two days later: forgotten
    answer(session, two[1], 2, 4)  # drilled the same day
    kept = on(session, 2)["retention"]
    assert kept["all"] == 0.5
    shown = {row["from_days"]: (row["answers"], row["passed"]) for row in kept["curve"] if row["answers"]}
    assert shown == {1: (1, 1.0), 2: (1, 0.0)}


def test_an_undone_answer_leaves_all_figures(session: Session, two: tuple[str, str]) -> None:
    before = on(session, 0)
    answer(session, two[0], 0, 5, 60.0)
    session.schedule.undo(START)
    assert on(session, 0) == before


def test_an_overruled_grade_counts_as_the_person_decided(session: Session, two: tuple[str, str]) -> None:
    answer(session, two[0], 0, 5)
    answer(session, two[0], 1, 1)
    session.schedule.override(two[0], 4, START + timedelta(days=1))
    assert on(session, 1)["retention"]["all"] == 1.0


def test_today_breaks_no_streak_and_days_off_neither_count_nor_break(session: Session, two: tuple[str, str]) -> None:
    for day in (3, 4, 7):  # Thursday, Friday, Monday
        answer(session, two[0], day, 4)
    assert on(session, 8)["streak"] == {"days": 1, "longest": 2}
    weekdays = replace(session.parts.config.study, days_off=("sat", "Sunday"))
    relaxed = FakeParts(replace(session.parts.config, study=weekdays))
    assert statistics(relaxed, START + timedelta(days=8))["streak"] == {"days": 3, "longest": 3}
    assert statistics(relaxed, START + timedelta(days=9))["streak"] == {"days": 0, "longest": 3}
    relaxed.store.close()


def test_the_forecast_agrees_with_the_due_dates(session: Session, two: tuple[str, str]) -> None:
    answer(session, two[0], 0, 5)
    answer(session, two[1], 0, 2)
    forecast = on(session, 3)["forecast"]
    assert forecast["overdue"] == 2
    assert sum(day["due"] for day in on(session, 0)["forecast"]["days"]) == 2


def test_time_is_summed_by_topic_and_week(session: Session, two: tuple[str, str]) -> None:
    answer(session, two[0], 0, 5, 60.0)
    answer(session, two[1], 8, 5, 90.0)
    spent = on(session, 8)["time"]
    assert spent["seconds"] == 150.0
    assert spent["by_week"] == [{"week": "2026-01-05", "seconds": 60.0}, {"week": "2026-01-12", "seconds": 90.0}]


def test_a_practised_topic_has_a_narrower_range_than_an_unknown_one(session: Session, two: tuple[str, str]) -> None:
    topic = session.store.questions.get(two[0]).topic  # type: ignore[union-attr]
    for number, question in enumerate(session.store.questions.live(topic=topic)):
        answer(session, question.id, number % 3, 5)
    rows = {row["topic"]: row for row in on(session, 3)["mastery"]}
    other = next(row for name, row in rows.items() if name != topic)
    assert rows[topic]["high"] - rows[topic]["low"] < other["high"] - other["low"]
    assert rows[topic]["estimate"] > other["estimate"]


def test_sentences_name_what_a_plot_shows(session: Session, two: tuple[str, str]) -> None:
    answer(session, two[0], 0, 5, 3900.0)
    said = "\n".join(words.lines(on(session, 0)))
    assert "1 review, 1 answer today; 1 day in a row" in said
    assert "1 h 05 min in all" in said
