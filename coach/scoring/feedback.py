"""Feedback a person can use, from verdicts alone: what was right, missing, wrong and why, and one next step.

No praise without ground: what was right is shown with the candidate's own words.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from coach.models import Judgement, PointVerdict
from coach.scoring.signals import stems

MISTAKE_OVERLAP = 0.3
"""Share of a common mistake's words that must stand in the false statement for it to explain the error."""

ADVICE = (("contradicted", "Set this right"), ("missing", "Learn this"), ("partial", "Say this in full"))
"""By verdict, the most urgent first."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A false statement: the candidate's words, what holds instead, and the common mistake behind it, if known."""

    said: str
    holds: str
    mistake: str = ""


@dataclass(frozen=True, slots=True)
class Feedback:
    """covered: (statement, quote) pairs.  half: said in part.  missed: not said.  next_step: one sentence."""

    covered: tuple[tuple[str, str], ...]
    half: tuple[str, ...]
    missed: tuple[str, ...]
    wrong: tuple[Wrong, ...]
    next_step: str


def feedback(judgement: Judgement, mistakes: Sequence[str] = ()) -> Feedback:
    """Sort the verdicts into what a person wants to know. mistakes: the question's common mistakes."""
    by_name = {name: [v for v in judgement.points if v.verdict == name] for name in ("covered", "partial", "missing")}
    contradicted = [v for v in judgement.points if v.verdict == "contradicted"]
    return Feedback(
        covered=tuple((v.point.text, v.evidence.text if v.evidence else "") for v in by_name["covered"]),
        half=tuple(v.point.text for v in by_name["partial"]),
        missed=tuple(v.point.text for v in by_name["missing"]),
        wrong=tuple(_wrong(v, mistakes) for v in contradicted),
        next_step=next_step(judgement.points),
    )


def next_step(points: Sequence[PointVerdict]) -> str:
    """The one thing to do: mend what was false, then learn the heaviest gap, then sharpen what was half said."""
    least = min(2, max(v.point.weight for v in points))  # details count where there is nothing else
    for name, advice in ADVICE:
        found = [v for v in points if v.verdict == name and (v.point.weight >= least or name == "contradicted")]
        if found:
            heaviest = max(found, key=lambda v: v.point.weight)
            return f"{advice}: {heaviest.point.text}"
    prompted = [v for v in points if v.prompted]
    if prompted:
        return f"Say this without being asked: {prompted[0].point.text}"
    return "Nothing that matters is missing; explain it to somebody else."


def _wrong(verdict: PointVerdict, mistakes: Sequence[str]) -> Wrong:
    said = verdict.evidence.text if verdict.evidence else ""
    words = stems(said.lower())
    best = max(mistakes, key=lambda mistake: _overlap(mistake, words), default="")
    return Wrong(said, verdict.point.text, best if best and _overlap(best, words) >= MISTAKE_OVERLAP else "")


def _overlap(mistake: str, words: frozenset[str]) -> float:
    mine = stems(mistake.lower())
    return len(mine & words) / len(mine) if mine else 0.0
