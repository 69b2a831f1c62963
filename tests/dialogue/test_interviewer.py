from hypothesis import given
from hypothesis import strategies as st

from coach.dialogue.interviewer import MAX_FOLLOW_UPS, FollowUp, best_target, next_move
from coach.models import KeyPoint, PointVerdict

CREDIT = {"covered": 1.0, "partial": 0.5, "missing": 0.0, "contradicted": -0.5}


def verdict(name: str, weight: int = 2) -> PointVerdict:
    return PointVerdict(KeyPoint(f"{name} {weight}", weight), name, 0.9, CREDIT[name])  # type: ignore[arg-type]


verdicts = st.lists(st.builds(verdict, st.sampled_from(sorted(CREDIT)), st.integers(1, 3)), min_size=1, max_size=8)


def test_the_missing_essential_point_comes_first() -> None:
    said = [verdict("missing", 1), verdict("contradicted", 3), verdict("missing", 3), verdict("partial", 3)]
    move = next_move(said)
    assert (move.kind, move.target) == ("probe", 2)


def test_a_false_statement_is_challenged_before_lesser_gaps() -> None:
    move = next_move([verdict("missing", 2), verdict("contradicted", 2)])
    assert (move.kind, move.target) == ("challenge", 1)


def test_points_missed_last_time_win_ties() -> None:
    said = [verdict("missing", 3), verdict("missing", 3)]
    assert next_move(said).target == 0
    assert next_move(said, missed_last_time=frozenset({1})).target == 1


def test_everything_covered_deepens_once_then_closes() -> None:
    said = [verdict("covered", 3)]
    assert next_move(said, can_deepen=True).kind == "deepen"
    assert next_move(said, can_deepen=True, deepened=True).kind == "close"
    assert next_move(said).kind == "close"


def test_two_fruitless_follow_ups_end_the_pressing() -> None:
    said = [verdict("missing", 3)] * 4
    assert next_move(said, [FollowUp(0, False), FollowUp(1, False)]).kind == "close"
    assert next_move(said, [FollowUp(0, False), FollowUp(1, True)]).kind == "probe"


@given(verdicts, st.integers(0, MAX_FOLLOW_UPS))
def test_never_more_follow_ups_than_allowed_and_never_at_a_covered_point(said: list[PointVerdict], limit: int) -> None:
    asked: list[FollowUp] = []
    while (move := next_move(said, asked, limit=limit)).kind in ("probe", "challenge"):
        assert move.target is not None
        assert said[move.target].verdict != "covered"
        assert move.target not in {past.target for past in asked}
        asked.append(FollowUp(move.target, True))
    assert len(asked) <= limit


def test_half_of_a_side_remark_is_not_worth_a_follow_up() -> None:
    assert best_target([verdict("partial", 1)]) is None
