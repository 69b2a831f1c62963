"""The log is the truth, the cards follow from it, and every step can be taken back."""

import contextlib
import random
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from coach.clock import StudyClock
from coach.errors import CoachError
from coach.models import Question
from coach.schedule import Schedule
from coach.srs.events import replay
from coach.srs.sm2_cards import Sm2Scheduler
from coach.storage import Store

DAY = timedelta(days=1)


def add(store, *ids):
    store.questions.save((Question(key, f"What is {key}?", "An answer.", "sgd"), key, 0) for key in ids)


def cards_of(store):
    return {card.question_id: card for card in store.reviews.cards()}


def test_an_answer_is_due_when_its_preview_said(schedule, noon):
    promised = schedule.preview("q", noon)
    card = schedule.record("q", 4, noon, topic="sgd")
    assert (card.due, card.repetitions, card.topic) == (promised[4], 1, "sgd")
    assert promised == dict.fromkeys(range(6), date(2026, 3, 3))


@pytest.mark.parametrize("grade", range(6))
def test_an_overruled_answer_is_due_when_its_preview_said(schedule, noon, grade):
    schedule.record("q", 4, noon, attempt_id=1)
    schedule.record("q", 5, noon + DAY, attempt_id=2)
    schedule.record("q", 3, noon + 7 * DAY, attempt_id=3)
    schedule.override("q", 4, noon + 7 * DAY, attempt_id=3)
    promised = schedule.preview_override("q", noon + 8 * DAY, attempt_id=3)
    change = schedule.override("q", grade, noon + 8 * DAY, attempt_id=3)
    assert change.card is not None
    assert change.card.due == promised[grade]
    assert promised[2] < promised[3] < promised[5]


def test_a_second_answer_on_the_day_is_a_redrill_that_moves_nothing(schedule, store, noon):
    add(store, "q")
    first = schedule.record("q", 2, noon)
    assert store.reviews.redrills(first.last_day) == [first]
    again = schedule.record("q", 4, noon + timedelta(minutes=9))
    assert (again.due, again.interval_days, again.ef_hundredths, again.redrill) == (first.due, 1, 250, False)
    assert [event.kind for event in store.reviews.events_of("q")] == ["review", "redrill"]


def test_a_redrill_is_still_pending_after_a_restart(tmp_path, noon):
    path = tmp_path / "coach.db"
    clock = StudyClock(ZoneInfo("UTC"))
    store = Store(path)
    add(store, "q")
    Schedule(store, clock).record("q", 3, noon)
    store.close()
    store = Store(path)
    assert [card.question_id for card in store.reviews.redrills(noon.date())] == ["q"]
    store.close()


def test_a_clock_set_back_neither_loses_nor_doubles_an_answer(schedule, store, noon):
    before = schedule.record("q", 4, noon)
    after = schedule.record("q", 5, noon - 3 * DAY)
    assert (after.repetitions, after.due) == (before.repetitions, before.due)
    assert len(store.reviews.events_of("q")) == 2


@pytest.mark.parametrize("grade", [-1, 6, 2.5, "4", None, True, float("nan")])
def test_a_wrong_grade_schedules_nothing(schedule, store, noon, grade):
    with pytest.raises(ValueError, match="whole number"):
        schedule.record("q", grade, noon)
    assert store.reviews.card("q") is None
    assert list(store.reviews.events()) == []


def test_an_override_replays_history_from_that_answer_on(schedule, noon):
    schedule.record("q", 1, noon)
    schedule.record("other", 1, noon)
    change = schedule.override("q", 5, noon + timedelta(minutes=1))
    assert (change.card.repetitions, change.card.ef_hundredths, change.card.redrill) == (1, 260, False)
    card = schedule.record("q", 5, noon + DAY)
    assert (card.due, card.repetitions) == (date(2026, 3, 9), 2)


def test_overriding_a_question_without_answer_says_so(schedule, noon):
    with pytest.raises(CoachError, match="no answer that counts"):
        schedule.override("q", 5, noon)


def test_undo_and_redo_walk_back_and_forth_fifty_steps(schedule, store, noon):
    for step in range(60):
        schedule.record(f"q{step % 7}", step % 6, noon + step * DAY)
        if step % 11 == 3:
            schedule.override(f"q{step % 7}", 4, noon + step * DAY)
    for k in (1, 2, 17, 50):
        cards, now = cards_of(store), noon + 70 * DAY
        for _ in range(k):
            assert schedule.undo(now)
        assert cards_of(store) != cards
        for _ in range(k):
            assert schedule.redo(now)
        assert schedule.redo(now) is None
        assert cards_of(store) == cards


def test_an_answer_that_was_redone_still_ends_what_could_be_redone_before_it(schedule, noon):
    schedule.record("a", 4, noon)
    schedule.undo(noon)
    schedule.record("b", 4, noon)
    schedule.undo(noon)
    assert schedule.redo(noon).event.question_id == "b"
    assert schedule.redo(noon) is None
    assert schedule.answers("a") == []


def test_a_new_answer_ends_what_could_be_redone(schedule, noon):
    schedule.record("a", 4, noon)
    schedule.undo(noon)
    schedule.record("b", 4, noon)
    assert schedule.redo(noon) is None
    assert schedule.undo(noon).event.question_id == "b"
    assert schedule.undo(noon) is None


def random_history(schedule, rng, question_id, at):
    """Up to 12 steps of any kind on one question."""
    for _ in range(rng.randrange(1, 13)):
        at += rng.choice([timedelta(0), timedelta(minutes=20), DAY, rng.randrange(1, 40) * DAY, -2 * DAY])
        step = rng.choice(["record"] * 5 + ["undo", "redo", "override"])
        if step == "record":
            schedule.record(question_id, rng.randrange(6), at, topic="t")
        elif step == "override":
            with contextlib.suppress(CoachError):
                schedule.override(question_id, rng.randrange(6), at)
        else:
            getattr(schedule, step)(at)


def test_the_cards_are_what_replaying_the_log_gives(schedule, store, noon):
    rng = random.Random(7)
    with store.atomic():  # one transaction around all: nothing here is about the disk
        for number in range(300):
            random_history(schedule, rng, f"q{number}", noon)
    kept = cards_of(store)
    assert len(kept) > 200
    assert replay(store.reviews.events(), Sm2Scheduler()) == kept
    schedule.rebuild()
    assert cards_of(store) == kept
