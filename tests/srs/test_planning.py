"""A person's day, planned from the store."""

from datetime import timedelta

import pytest

from coach.bank.shipped import topic_order
from coach.config import Study
from coach.errors import CoachError
from coach.models import Question
from coach.planning import Planner
from coach.shipped_bank import ensure_shipped_bank

DAY = timedelta(days=1)


def question(key, topic="sgd", **values):
    return Question(id=key, text=f"What is {key}?", answer="An answer.", topic=topic, **values)


@pytest.fixture
def bank(store):
    questions = [question(f"q{i}", "ab"[i % 2]) for i in range(10)]
    store.questions.save([(item, f"hash-{item.id}", place) for place, item in enumerate(questions)])
    return questions


@pytest.fixture
def planner(store, schedule, bank):
    return Planner(store, schedule, Study(minutes_per_day=25, new_per_day=4))


def test_a_fresh_home_brings_new_questions_in_turns_over_topics(planner, noon):
    items = planner.due(noon)
    assert [item.reason for item in items] == ["new"] * 4
    assert [item.topic for item in items] == ["a", "b", "a", "b"]
    assert planner.due(noon, 1) == items[:1]


def test_a_newcomer_begins_with_easy_questions_of_fundamental_topics(store, schedule, noon):
    ensure_shipped_bank(store)
    order = topic_order()
    planner = Planner(store, schedule, Study(minutes_per_day=600, new_per_day=len(order)))
    items = planner.due(noon)
    assert {item.topic for item in items[:6]} == set(order[:6])
    asked = store.questions.many([item.question_id for item in items])
    assert all(question.level <= 2 for question in asked[:15])
    assert asked[0].kind == "concept"
    assert len({question.kind for question in asked[:10]}) >= 3
    assert {item.topic for item in items} == set(order), "every topic has its turn before one comes again"


def test_new_questions_of_a_document_come_in_its_order(store, schedule, noon):
    questions = [question("hard", "z", level=5), question("easy", "z", level=1), question("other", "a")]
    store.questions.save([(item, item.id, place) for place, item in enumerate(questions)])
    planner = Planner(store, schedule, Study(minutes_per_day=60, new_per_day=3))
    assert [item.question_id for item in planner.due(noon)] == ["hard", "other", "easy"]


def test_what_was_asked_today_counts_against_the_day(planner, schedule, noon):
    schedule.record("q0", 4, noon, topic="a", seconds=100)
    schedule.record("q1", 2, noon, topic="b", seconds=100)
    items = planner.due(noon)
    assert [item.reason for item in items] == ["new", "new", "redrill"]
    schedule.record("q3", 5, noon, topic="b", seconds=1600)
    assert planner.due(noon) == []
    tomorrow = planner.due(noon + DAY)
    assert {item.question_id for item in tomorrow if item.reason == "due"} == {"q0", "q1", "q3"}


def test_retired_questions_and_repeats_of_others_do_not_come(planner, store, schedule, noon):
    schedule.record("q0", 4, noon, topic="a")
    store.questions.retire(["q0", "q2"])
    store.questions.link({"q3": "q1"})
    assert {item.question_id for item in planner.due(noon + DAY)} == {"q1", "q4", "q5", "q6"}


def test_a_retired_question_is_in_no_figure_and_no_sweep(planner, store, schedule, noon):
    for key in ("q1", "q3", "q5"):
        for step, grade in enumerate([4, 4, 1] * 4):
            schedule.record(key, grade, noon + step * DAY, topic="b")
    today = noon + 11 * DAY
    planner.add_interview(today.date() + 3 * DAY, today)
    (before,) = planner.readiness(today)
    store.questions.retire(["q3"])
    (after,) = planner.readiness(today)
    assert before.seen == pytest.approx(3 / 10)
    assert after.seen == pytest.approx(2 / 9)
    assert store.reviews.counts() == (9, 2)
    assert [item.question_id for item in planner.leeches(today)] == ["q1", "q5"]
    assert [card.question_id for card in store.reviews.redrills(today.date())] == ["q1", "q5"]
    assert [load.questions for load in planner.forecast(today + DAY, 1)] == [2]
    plan = planner.plan(today + 2 * DAY)
    assert plan.sweep
    asked = {task.question_id for task in (*plan.tasks, *plan.postponed)}
    assert {"q1", "q5"} <= asked
    assert "q3" not in asked


def test_an_answer_that_is_undone_no_longer_counts_for_the_day(planner, store, schedule, noon):
    store.questions.link({"q3": "q1"})
    schedule.record("q1", 4, noon, topic="b")
    tomorrow = noon + DAY
    before = planner.situation(tomorrow.date())
    schedule.record("q1", 4, tomorrow, topic="b", seconds=60)
    schedule.record("q2", 4, tomorrow, topic="a", seconds=60)
    assert planner.situation(tomorrow.date()).new_today == 1
    schedule.override("q1", 2, tomorrow)
    for _ in range(3):
        schedule.undo(tomorrow)
    assert planner.situation(tomorrow.date()) == before
    assert "q1" in {item.question_id for item in planner.due(tomorrow)}
    schedule.redo(tomorrow)
    assert planner.situation(tomorrow.date()).asked_today == ["q1"]


def test_of_two_that_repeat_each_other_one_is_asked_a_day(planner, store, schedule, noon):
    schedule.record("q1", 4, noon, topic="b")
    schedule.record("q3", 4, noon, topic="b")
    store.questions.link({"q3": "q1"})
    due = [item.question_id for item in planner.due(noon + DAY) if item.reason == "due"]
    assert due in (["q1"], ["q3"])
    schedule.record(due[0], 5, noon + DAY, topic="b")
    assert not {"q1", "q3"} & {item.question_id for item in planner.due(noon + DAY)}


def test_days_off_have_no_plan(store, schedule, bank, noon):
    planner = Planner(store, schedule, Study(days_off=("Monday",)))
    assert planner.due(noon) == []  # a Monday
    assert planner.due(noon + DAY)


def test_an_interview_date_starts_the_sweep_and_shows_readiness(planner, schedule, noon):
    for number in range(6):
        schedule.record(f"q{number}", 4, noon, topic="a")
    planner.add_interview(noon.date() + 20 * DAY, noon, "Acme", {"b": 2})
    assert not planner.plan(noon + DAY).sweep
    plan = planner.plan(noon + 19 * DAY)
    assert plan.sweep
    assert {task.reason for task in plan.tasks} <= {"interview", "new"}
    (ready,) = planner.readiness(noon)
    assert 0 <= ready.low < ready.estimate < ready.high <= 1
    assert ready.seen == pytest.approx(6 / (6 + 2 + 2 * 2))
    with pytest.raises(CoachError, match="not to come"):
        planner.add_interview(noon.date(), noon)
    for topic, weight in (("b", float("inf")), ("b", float("nan")), ("b", -1), ("", 2)):
        with pytest.raises(CoachError, match="a number from 0 on"):
            planner.add_interview(noon.date() + 20 * DAY, noon, "Acme", {topic: weight})
    planner.forget_interview(noon.date() + 20 * DAY)
    assert planner.readiness(noon) == []


def test_the_forecast_counts_what_is_due_by_day(planner, schedule, noon):
    for number in range(5):
        schedule.record(f"q{number}", 4, noon)
    days = planner.forecast(noon + 3 * DAY, 3)
    assert [load.questions for load in days] == [5, 0, 0]
    assert days[0].minutes == pytest.approx(5 * planner.forecast(noon, 2)[1].minutes / 5)


def test_questions_that_do_not_stick_are_listed_and_still_asked(planner, schedule, noon):
    for step, grade in enumerate([4, 4, 1] * 4):
        schedule.record("q1", grade, noon + step * DAY, topic="b")
    after = noon + 12 * DAY
    (found,) = planner.leeches(after)
    assert (found.question_id, found.why) == ("q1", "forgotten 4 times")
    assert "q1" in {item.question_id for item in planner.due(after)}
