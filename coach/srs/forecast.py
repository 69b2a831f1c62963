"""What is coming: questions and minutes by day, and readiness for an interview."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from coach.models import Card, InterviewDate
from coach.srs.interview_date import RECALL_UNSEEN, USUAL_RECALL, GainModel
from coach.srs.memory import Memory
from coach.srs.pace import Learner, Pace
from coach.srs.topics import Z90

# Standard deviations of the true recall around its estimate, of single questions and of all questions of a learner;
# chosen so that the range covers nine of ten simulated learners of four laws of forgetting (`benchmarks/srs.py`).
QUESTION_SD, LEARNER_SD, DAY_SD = 0.3, 0.08, 0.007  # the last by the square root of the days to go
RECALL_REPEATED = 0.8  # of a question begun and repeated before the date


@dataclass(frozen=True, slots=True)
class DayLoad:
    """What a day will ask for by the schedule as it stands: questions due and the minutes they take."""

    day: date
    questions: int
    minutes: float


@dataclass(frozen=True, slots=True)
class Readiness:
    """Share of all questions recalled on an interview day, 0..1, by topic weight.

    estimate, low, high: with a 90 % range, if practice goes on within the budget.  stopped: estimate if it ended today.
    seen: share of the questions asked at least once.
    """

    day: date
    estimate: float
    low: float
    high: float
    stopped: float
    seen: float


def forecast(due_counts: Mapping[date, int], today: date, days: int, pace: Pace) -> list[DayLoad]:
    """The load of `days` days from today on; what is overdue counts for today.

    due_counts: number of cards by due date (`Reviews.counts_by_due`).
    """
    counts = dict.fromkeys((today + timedelta(days=ahead) for ahead in range(days)), 0)
    for due, count in due_counts.items():
        day = max(due, today)
        if day in counts:
            counts[day] += count
    each = pace.seconds(USUAL_RECALL) / 60
    return [DayLoad(day, count, round(count * each, 1)) for day, count in counts.items()]


def readiness(
    cards: Iterable[Card],
    unseen: Sequence[str],
    today: date,
    interview: InterviewDate,
    budget_seconds: float,
    learner: Learner,
) -> Readiness:
    """How much will be recalled on the interview day.

    unseen: topic of every question never asked.  budget_seconds: of one day.  It is an estimate of recall of the
    answers, from a model of forgetting; how an interview goes is another matter.
    """
    model = GainModel(Memory(), learner.scale)
    days_left = max(0, (interview.day - today).days)
    asked = [(interview.weights.get(card.topic, 1.0), card) for card in cards]
    new = sum(interview.weights.get(topic, 1.0) for topic in unseen)
    seen = sum(weight for weight, _ in asked)
    if seen + new <= 0:
        return Readiness(interview.day, 0.0, 0.0, 1.0, 0.0, 0.0)
    stopped = new * RECALL_UNSEEN + sum(
        weight * model.recall(card, max(0, (interview.day - card.last_day).days)) for weight, card in asked
    )
    swept, distance = _swept(model, asked, new, days_left, budget_seconds, learner.pace)
    share = swept / (seen + new)
    stopped /= seen + new
    repeated = seen * mean_recall(model, asked, distance) / (seen + new) + new * RECALL_REPEATED / (seen + new)
    estimate = max(stopped, share * repeated + (1 - share) * stopped)
    half = Z90 * math.sqrt(QUESTION_SD**2 / (len(asked) + len(unseen)) + LEARNER_SD**2 + DAY_SD**2 * days_left)
    return Readiness(
        interview.day, estimate, max(0.0, estimate - half), min(1.0, estimate + half), stopped, seen / (seen + new)
    )


def _swept(
    model: GainModel, asked: Sequence[tuple[float, Card]], new: float, days_left: int, budget: float, pace: Pace
) -> tuple[float, float]:
    """(weight of the questions that can be repeated before the date, days from their repetition to it on average)."""
    total = sum(weight for weight, _ in asked) + new
    each = pace.seconds(USUAL_RECALL)
    needed = total * each + new * pace.first
    affordable = min(1.0, days_left * budget / needed) if needed > 0 else 1.0
    sweep_days = min(days_left / 2, total * each / max(1.0, budget))
    return total * affordable, sweep_days / 2 + 0.5


def mean_recall(model: GainModel, asked: Sequence[tuple[float, Card]], days: float) -> float:
    """Mean recall of the questions asked so far, `days` after a repetition; by weight, 0 without any."""
    total = sum(weight for weight, _ in asked)
    return sum(weight * model.recall_repeated(card, days) for weight, card in asked) / total if total else 0.0
