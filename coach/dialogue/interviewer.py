"""What a good interviewer does next: a pure state machine over the verdicts so far.

The heaviest missed point is asked for first, a false statement is challenged, at most `MAX_FOLLOW_UPS` follow-ups are
spent, and a candidate who has nothing more to say is let go.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Literal

from coach.models import PointVerdict

MAX_FOLLOW_UPS = 3
FRUITLESS_FOLLOW_UPS = 2
"""After this many follow-ups in a row that gained nothing the question is closed: pressing on teaches nothing."""

WORTH_ASKING = 0.6
"""A follow-up must be able to regain at least this much weighted credit: nothing below half of a weight-1 point."""

MoveKind = Literal["probe", "challenge", "deepen", "close"]


@dataclass(frozen=True, slots=True)
class Move:
    """The interviewer's next step. target: index of the key point it aims at (probe and challenge only)."""

    kind: MoveKind
    target: int | None = None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One follow-up already asked: its target, and whether the reply earned anything."""

    target: int
    gained: bool


def next_move(
    verdicts: Sequence[PointVerdict],
    asked: Sequence[FollowUp] = (),
    *,
    missed_last_time: AbstractSet[int] = frozenset(),
    can_deepen: bool = False,
    deepened: bool = False,
    limit: int = MAX_FOLLOW_UPS,
) -> Move:
    """Choose the next move.

    verdicts: merged over all turns so far, one per key point.  asked: earlier follow-ups, oldest first.
    missed_last_time: points the candidate missed when the question was asked before; they win ties.
    limit: follow-ups allowed, 0..MAX_FOLLOW_UPS.
    """
    if len(asked) >= min(limit, MAX_FOLLOW_UPS):
        return Move("close")
    if len(asked) >= FRUITLESS_FOLLOW_UPS and not any(past.gained for past in asked[-FRUITLESS_FOLLOW_UPS:]):
        return Move("close")
    target = best_target(verdicts, {past.target for past in asked}, missed_last_time)
    if target is not None:
        kind: MoveKind = "challenge" if verdicts[target].verdict == "contradicted" else "probe"
        return Move(kind, target)
    if can_deepen and not deepened and limit:
        return Move("deepen")
    return Move("close")


def best_target(
    verdicts: Sequence[PointVerdict],
    already: AbstractSet[int] = frozenset(),
    missed_last_time: AbstractSet[int] = frozenset(),
) -> int | None:
    """Index of the point whose follow-up can regain most, or None when nothing is worth asking for."""
    open_points = [i for i, verdict in enumerate(verdicts) if i not in already and verdict.verdict != "covered"]
    worth = {i: regainable(verdicts[i]) for i in open_points}
    candidates = [i for i in open_points if worth[i] >= WORTH_ASKING]
    if not candidates:
        return None
    return max(candidates, key=lambda i: (_rank(verdicts[i]), i in missed_last_time, worth[i], -i))


def asked_for(verdicts: Sequence[PointVerdict]) -> int:
    """Index of the point to ask for where there has to be a follow-up: the best target, else the least certain."""
    target = best_target(verdicts)
    return min(range(len(verdicts)), key=lambda i: verdicts[i].credit_expected) if target is None else target


def regainable(verdict: PointVerdict) -> float:
    """Weighted credit that a perfect reply could still bring: weight x (1 - expected credit), 0..6."""
    return verdict.point.weight * (1.0 - verdict.credit_expected)


def _rank(verdict: PointVerdict) -> int:
    """Essential points that are missing come first, then false statements, then other gaps, then half-said points."""
    if verdict.verdict == "missing":
        return 3 if verdict.point.weight == 3 else 1
    return 2 if verdict.verdict == "contradicted" else 0
