"""The memory estimate agrees with the package it follows."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from coach.srs.memory import RATING_OF_GRADE, Memory, trace_after

fsrs = pytest.importorskip("fsrs", reason="the extra `fsrs` is not installed")


def test_stability_and_difficulty_agree_with_the_package():
    memory, package = Memory(), fsrs.Scheduler(enable_fuzzing=False)
    rng = random.Random(11)
    for _ in range(300):
        card, trace, day = fsrs.Card(), None, datetime(2026, 1, 1, 12, tzinfo=UTC)
        for _ in range(rng.randrange(1, 15)):
            grade, gap = rng.randrange(6), rng.choice([0, 0, 1, 2, 5, 17, 60, 400])
            day += timedelta(days=gap)
            if trace is not None:
                assert memory.recall(trace.stability, gap) == pytest.approx(
                    package.get_card_retrievability(card, day), abs=1e-9
                )
            card, _ = package.review_card(card, fsrs.Rating(RATING_OF_GRADE[grade]), day)
            trace = trace_after(memory, trace, grade, gap)
            assert (trace.stability, trace.difficulty) == pytest.approx((card.stability, card.difficulty), abs=1e-9)


def test_an_interval_ends_when_recall_has_fallen_to_the_wanted_retention():
    memory = Memory()
    for retention in (0.7, 0.9, 0.97):
        assert memory.recall(12.0, memory.interval(12.0, retention)) == pytest.approx(retention)
    assert memory.interval(12.0, 0.9) == pytest.approx(12.0)


def test_parameters_are_counted_and_finite():
    with pytest.raises(ValueError, match="21 finite parameters"):
        Memory([1.0] * 20)
    with pytest.raises(ValueError, match="21 finite parameters"):
        Memory([float("nan")] * 21)
