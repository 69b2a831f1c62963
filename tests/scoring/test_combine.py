import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.models import KeyPoint
from coach.scoring import combine, whole
from coach.scoring.semantic import FEATURES

NAMES: tuple[combine.ModelName, ...] = ("semantic", "combined", "semantic_whole", "combined_whole")


def signals_of(model: combine.OrdinalModel, rows: int, seed: int) -> combine.Floats:
    return model.mean + model.scale * np.random.default_rng(seed).normal(size=(rows, len(model.signals)))


@pytest.mark.parametrize("name", NAMES)
def test_shipped_models_give_probabilities(name: combine.ModelName) -> None:
    model = combine.shipped(name)
    p = model.probabilities(signals_of(model, 200, 1))
    assert (p >= 0).all()
    assert p.sum(axis=1) == pytest.approx(np.ones(200))


@pytest.mark.parametrize("name", ["combined", "combined_whole"])
@pytest.mark.parametrize("signal", ["llm_present", "llm_full", "semantic_present"])
def test_a_stronger_signal_never_lowers_the_credit(name: combine.ModelName, signal: str) -> None:
    model = combine.shipped(name)
    weak = signals_of(model, 100, 2)
    strong = weak.copy()
    strong[:, model.signals.index(signal)] += 1.0
    present = [model.probabilities(x)[:, :2].sum(axis=1) for x in (weak, strong)]
    assert (present[1] >= present[0] - 1e-12).all()


def test_signals_that_a_model_wants_must_be_there() -> None:
    with pytest.raises(ValueError, match="not provided"):
        combine.select(("llm_present",), np.zeros((2, len(FEATURES)), np.float32))


@given(st.integers(0, 10_000), st.floats(0.02, 0.95))
def test_verdicts_are_moved_until_they_agree_with_the_whole_and_keep_their_order(seed: int, credit: float) -> None:
    model = combine.shipped("combined")
    before = model.probabilities(signals_of(model, 5, seed))
    weights = np.array([3.0, 2.0, 2.0, 1.0, 1.0])
    after = whole.agreeing(model, before, weights, credit)
    assert after.sum(axis=1) == pytest.approx(np.ones(5))
    assert model.credits(after) @ weights / weights.sum() == pytest.approx(credit, abs=0.02)
    was, now = before[:, :2].sum(axis=1), after[:, :2].sum(axis=1)
    assert (np.argsort(was) == np.argsort(now)).all() or np.ptp(now) < 1e-6


def test_a_long_model_answer_is_left_to_the_semantic_judge() -> None:
    assert whole.llm_share("a few words") == 1.0
    assert whole.llm_share("word " * 200) == pytest.approx(whole.LEAST_SHARE)


def test_derived_points_count_for_a_long_model_answer_alone() -> None:
    assert whole.with_points(0.3, 0.9, "word " * 100) == pytest.approx(0.3)
    between = whole.with_points(0.3, 0.9, "word " * 110)
    assert 0.3 < between < whole.with_points(0.3, 0.9, "word " * 120) < 0.9
    assert whole.with_points(0.0, 1.0, "word " * 200) < 1.0


def test_written_points_are_not_derived() -> None:
    assert whole.is_derived([KeyPoint("a", derived=True)])
    assert not whole.is_derived([KeyPoint("a", derived=True), KeyPoint("b")])
    assert not whole.is_derived([])
