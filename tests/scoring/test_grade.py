"""From verdicts to the number: monotone in every verdict, and in every reply to a follow-up."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.models import VERDICTS, Judgement, KeyPoint, PointVerdict
from coach.scoring.feedback import feedback, next_step
from coach.scoring.grade import UNSURE_DEVIATION, conclude, grade, is_sure, merge, score
from coach.scoring.judge import variances

CREDITS = st.floats(-0.5, 1.0)


@st.composite
def verdicts(draw: st.DrawFn, name: st.SearchStrategy[str] = st.sampled_from(VERDICTS)) -> PointVerdict:
    point = KeyPoint("a point", draw(st.integers(1, 3)))
    return PointVerdict(point, draw(name), 0.5, draw(CREDITS), prompted=draw(st.booleans()))  # type: ignore[arg-type]


@given(st.lists(verdicts(), min_size=1, max_size=6), st.data())
def test_more_credit_for_one_point_never_lowers_the_score(points: list[PointVerdict], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(points) - 1))
    better = list(points)
    better[index] = replace(points[index], credit_expected=data.draw(st.floats(points[index].credit_expected, 1.0)))
    assert score(better) >= score(points) - 1e-12
    assert grade(better) >= grade(points)


@given(st.lists(verdicts(), min_size=1, max_size=6), st.data())
def test_a_reply_never_lowers_the_score(points: list[PointVerdict], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(points) - 1))
    reply = replace(data.draw(verdicts()), point=points[index].point, prompted=False)
    merged = merge(points, {index: reply})
    assert score(merged) >= score(points) - 1e-9
    assert [m for i, m in enumerate(merged) if i != index] == [p for i, p in enumerate(points) if i != index]


@given(st.lists(verdicts(), min_size=1, max_size=6), st.integers(0, 5))
def test_hints_and_essential_gaps_cap_the_grade(points: list[PointVerdict], hints: int) -> None:
    found = grade(points, hints=hints)
    assert 0 <= found <= grade(points) <= 5
    assert hints < 3 or found <= 2
    if any(p.point.weight == 3 and p.verdict in ("missing", "contradicted") for p in points):
        assert found <= 2


def test_a_fuller_reply_is_named_and_earns_less_than_it_would_unasked() -> None:
    before, reply = judged([0.3, 0.4, 0.3, 0.0], 0.5), judged([0.9, 0.1, 0.0, 0.0], 0.95)
    (merged,) = merge([before], {0: reply})
    assert (merged.verdict, merged.prompted) == ("covered", True)
    assert score([before]) < score([merged]) < score([reply])


CLEAR, OPEN = [0.98, 0.01, 0.01, 0.0], [0.5, 0.0, 0.5, 0.0]


def judged(probabilities: Sequence[float], credit: float = 0.5, weight: int = 3) -> PointVerdict:
    """A verdict with the variance that the judge gives it."""
    row = np.array([probabilities])
    name = VERDICTS[int(row.argmax())]
    return PointVerdict(KeyPoint("a point", weight), name, float(row.max()), credit, variance=float(variances(row)[0]))


def sure(rows: Sequence[Sequence[float]], weights: Sequence[int]) -> bool:
    return is_sure([judged(row, weight=weight) for row, weight in zip(rows, weights, strict=True)])


def test_clear_verdicts_are_sure_and_heavy_open_points_are_not() -> None:
    assert sure([CLEAR] * 5, [3, 3, 2, 1, 1])
    assert not sure([OPEN, OPEN, CLEAR, CLEAR], [3, 3, 2, 1])
    assert sure([*[CLEAR] * 4, OPEN], [3, 3, 2, 2, 1])


def test_the_variance_is_that_of_the_score() -> None:
    assert variances(np.array([OPEN, [0.0, 0.0, 0.3, 0.7]])) == pytest.approx([0.25, 0.0])
    assert UNSURE_DEVIATION < 5 * 0.25**0.5


def test_a_reply_that_settles_an_open_point_makes_the_judgement_sure_and_the_other_way_round() -> None:
    open_first = Judgement((judged(OPEN), judged(CLEAR)), 0.0, 0, is_sure([judged(OPEN), judged(CLEAR)]), "test")
    assert not open_first.sure
    assert conclude(open_first, merge(open_first.points, {0: judged(CLEAR, 0.98)})).sure
    clear_first = Judgement((judged([0.0, 0.01, 0.99, 0.0], 0.0),), 0.0, 0, True, "test")
    assert not conclude(clear_first, merge(clear_first.points, {0: judged(OPEN)})).sure


def test_details_are_advised_where_there_is_nothing_else() -> None:
    missing = PointVerdict(KeyPoint("the detail", 1), "missing", 0.9, 0.0)
    assert next_step([missing]) == "Learn this: the detail"
    assert next_step([missing, judged(CLEAR)]).startswith("Nothing that matters")


def test_a_mistake_explains_only_what_was_said() -> None:
    point = KeyPoint("The velocity is a decaying sum of gradients.", 3)
    wrong = PointVerdict(point, "contradicted", 0.9, -0.2)
    judgement = Judgement((wrong,), 0.0, 0, True, "test")
    (said,) = feedback(judgement, ["The velocity is a plain sum of gradients without decay."]).wrong
    assert said.mistake == ""
