"""FSRS over the same log, and back."""

import random
from datetime import date, timedelta

import pytest

from coach.clock import StudyClock
from coach.config import Study
from coach.planning import optimise
from coach.schedule import FSRS_PARAMETERS, Schedule, scheduler_for
from coach.srs.batch import replay
from coach.srs.fsrs_fit import fit
from coach.srs.fsrs_scheduler import FsrsScheduler
from coach.srs.memory import DEFAULT_PARAMETERS, Memory, trace_after

DAY = date(2026, 1, 1)


def test_a_question_comes_back_when_recall_has_fallen_to_nine_tenths():
    events = [
        {"date": "2026-01-01", "grade": 4, "kind": "review"},
        {"date": "2026-01-03", "grade": 4, "kind": "review"},
    ]
    first, second = replay({"events": events}, "fsrs")["states"]
    assert (first["interval"], first["due"]) == (2, "2026-01-03")
    assert second["interval"] == round(second["stability"]) > 5
    with pytest.raises(ValueError, match="leave `start` out"):
        replay({"start": {"n": 3, "interval": 9, "ef": 2.5}, "events": events}, "fsrs")


def test_switching_there_and_back_loses_nothing(store, schedule, noon):
    rng = random.Random(2)
    for step in range(40):
        schedule.record(f"q{rng.randrange(8)}", rng.randrange(6), noon + timedelta(days=step))
    before = list(store.reviews.cards())
    clock: StudyClock = schedule.clock
    other = Schedule(store, clock, scheduler_for(Study(scheduler="fsrs"), store))
    other.follow_settings()
    dates = {card.question_id: card.due for card in store.reviews.cards()}
    assert dates != {card.question_id: card.due for card in before}
    assert {card.profile for card in store.reviews.cards()} == {"fsrs-6"}
    schedule.follow_settings()
    assert sorted(store.reviews.cards(), key=str) == sorted(before, key=str)


def test_a_repetition_that_moves_the_date_is_said_to(store, schedule, noon):
    fsrs = Schedule(store, schedule.clock, FsrsScheduler())
    dates = [fsrs.record("q", grade, noon).due for grade in (3, 5)]
    assert dates == [noon.date() + timedelta(days=1), noon.date() + timedelta(days=2)]
    assert [step.card.due for step in fsrs.explain("q")] == dates
    assert "the date follows the memory estimate; done for today" in fsrs.explain("q")[1].reason
    schedule.rebuild()
    assert "the date stays; done for today" in schedule.explain("q")[1].reason


def histories(memory, rng, count):
    """Histories of a learner who forgets as `memory` says."""
    for _ in range(count):
        day, trace, history, gap = DAY + timedelta(days=rng.randrange(60)), None, [], 0
        for _ in range(6):
            passed = rng.random() < (0.5 if trace is None else memory.recall(trace.stability, gap))
            grade = 4 if passed else 1
            trace = trace_after(memory, trace, grade, gap)
            history.append((day, grade))
            gap = rng.choice([1, 2, 4, 9, 20])
            day += timedelta(days=gap)
        yield history


def test_a_fit_is_taken_only_if_it_foretells_what_was_held_out():
    fast = Memory([w * (0.15 if i in (0, 1, 2, 3) else 1.0) for i, w in enumerate(DEFAULT_PARAMETERS)])
    found = fit(list(histories(fast, random.Random(1), 60)))
    assert found is not None
    assert found.accepted
    assert found.parameters[2] < 0.6 * DEFAULT_PARAMETERS[2]
    assert fit(list(histories(fast, random.Random(1), 10))) is None


def test_accepted_parameters_are_used_and_dates_computed_again(store, schedule, noon):
    fast = Memory([w * (0.15 if i in (0, 1, 2, 3) else 1.0) for i, w in enumerate(DEFAULT_PARAMETERS)])
    with store.atomic():
        for number, history in enumerate(histories(fast, random.Random(1), 60)):
            for day, grade in history:
                schedule.record(f"q{number}", grade, noon + (day - DAY))
    found = optimise(store)
    assert found.accepted
    assert store.attempts.setting(FSRS_PARAMETERS) == list(found.parameters)
    scheduler = scheduler_for(Study(scheduler="fsrs"), store)
    assert isinstance(scheduler, FsrsScheduler)
    assert scheduler.memory.parameters == found.parameters
    Schedule(store, schedule.clock, scheduler).follow_settings()
    assert {card.profile for card in store.reviews.cards()} == {"fsrs-6"}
