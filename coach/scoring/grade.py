"""From verdicts on key points to the number, in code: no language model ever emits a score.

    score = 5 x sum(weight x credit) / sum(weight), not below 0

credit is what the verdict is worth: near 1 covered, 0.5 partial, 0 missing, negative contradicted. A point reached
only after a follow-up earns `PROMPTED_SHARE` of it. The grade is the rounded score, kept below the pass line while an
essential point is missing or contradicted, and capped by hints.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from coach.models import Judgement, PointVerdict, weight_total

PROMPTED_SHARE = 0.8
PASS_GRADE = 3
UNSURE_DEVIATION = 0.8
"""Standard deviation of the score, in marks of 5, from which on it is called unsure. On held-out questions that is a
sixth of the answers, and the error of their scores is twice that of the others."""

HINT_CAPS = (5, 4, 3, 2)
"""Highest grade after 0, 1, 2 and 3 or more hints."""


def credit(verdict: PointVerdict) -> float:
    """What one verdict is worth, -1..1."""
    earned = verdict.credit_expected
    return earned * PROMPTED_SHARE if verdict.prompted and earned > 0 else earned


def score(points: Sequence[PointVerdict]) -> float:
    """Weighted credit on the scale 0..5. Raises ValueError without points."""
    if not points:
        raise ValueError("no key points to score")
    total = sum(verdict.point.weight * credit(verdict) for verdict in points)
    return min(5.0, max(0.0, 5.0 * total / weight_total([verdict.point for verdict in points])))


def grade(points: Sequence[PointVerdict], *, hints: int = 0) -> int:
    """The grade 0..5 that SM-2 takes: half up, gated by essential points, capped by hints."""
    rounded = int(score(points) + 0.5)
    if any(v.point.weight == 3 and v.verdict in ("missing", "contradicted") for v in points):
        rounded = min(rounded, PASS_GRADE - 1)
    return min(rounded, HINT_CAPS[min(hints, len(HINT_CAPS) - 1)])


def merge(first: Sequence[PointVerdict], replies: Mapping[int, PointVerdict]) -> tuple[PointVerdict, ...]:
    """Verdicts over all turns: a reply to a follow-up counts for its own point when it says more than was said before.

    replies: index of the point -> verdict on the reply, judged on that point alone.
    """
    return tuple(_better(verdict, replies.get(index)) for index, verdict in enumerate(first))


def _better(before: PointVerdict, after: PointVerdict | None) -> PointVerdict:
    if after is None or after.credit_expected <= before.credit_expected:
        return before
    if before.verdict == "contradicted" and after.verdict == "missing":  # silence takes nothing back
        return before
    least = credit(before) / PROMPTED_SHARE  # saying more after a question never costs what was said without one
    if least > 1:
        return before
    return replace(after, prompted=True, credit_expected=max(after.credit_expected, least))


def conclude(judgement: Judgement, points: Sequence[PointVerdict], *, hints: int = 0) -> Judgement:
    """The judgement with merged verdicts, and the score, the grade and how sure they are that follow from them."""
    return replace(
        judgement,
        points=tuple(points),
        score=score(points),
        grade=grade(points, hints=hints),
        sure=is_sure(points),
    )


def is_sure(points: Sequence[PointVerdict]) -> bool:
    """Whether the score would hardly change, were each point's credit drawn from its probabilities on its own.

    It is not where heavy points hang in the balance.
    """
    earned = [(PROMPTED_SHARE if verdict.prompted else 1.0) * verdict.point.weight for verdict in points]
    variance = sum(share**2 * verdict.variance for share, verdict in zip(earned, points, strict=True))
    return 5 * variance**0.5 / weight_total([verdict.point for verdict in points]) < UNSURE_DEVIATION
