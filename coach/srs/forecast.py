"""What is coming: questions and minutes by day, and readiness for an interview."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from coach.models import Card, InterviewDate
from coach.srs.interview_date import GainModel
from coach.srs.memory import Memory
from coach.srs.pace import Pace
from coach.srs.topics import Z90

USUAL_RECALL = 0.85  # of a question on its due date
# Standard deviations of the true recall around its estimate, of single questions and of all questions of a learner;
# chosen so that the range covers nine of ten simulated learners of four laws of forgetting (`benchmarks/srs.py`).
QUESTION_SD, LEARNER_SD = 0.3, 0.03


@dataclass(frozen=True, slots=True)
class DayLoad:
    """What a day will ask for by the schedule as it stands: questions due and the minutes they take."""

    day: date
    questions: int
    minutes: float


@dataclass(frozen=True, slots=True)
class Readiness:
    """Share of all questions expected to be recalled on a day, 0..1, with a 90 % range, if nothing more is practised.

    seen: share of the questions asked at least once.
    """

    day: date
    estimate: float
    low: float
    high: float
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
    each = pace.seconds("", USUAL_RECALL) / 60
    return [DayLoad(day, count, round(count * each, 1)) for day, count in counts.items()]


def readiness(
    cards: Iterable[Card], unseen: Sequence[str], today: date, interview: InterviewDate, scale: float = 1.0
) -> Readiness:
    """How much would be recalled on the interview day if practice ended today, by topic weight.

    unseen: topic of every question never asked.  scale: see `coach.srs.pace.stability_scale`.  It is an estimate of
    recall of the answers, from a model of forgetting; how an interview goes is another matter.
    """
    model = GainModel(Memory(), scale)
    total = squares = recalled = seen = 0.0
    for card in cards:
        weight = interview.weights.get(card.topic, 1.0)
        elapsed = max(0, (max(interview.day, today) - card.last_day).days)
        recalled += weight * model.recall(card, elapsed)
        total, squares, seen = total + weight, squares + weight * weight, seen + weight
    for topic in unseen:
        weight = interview.weights.get(topic, 1.0)
        recalled += weight * model.recall(None, 0)
        total, squares = total + weight, squares + weight * weight
    if total <= 0:
        return Readiness(interview.day, 0.0, 0.0, 1.0, 0.0)
    estimate = recalled / total
    half = Z90 * math.sqrt(QUESTION_SD**2 * squares / total**2 + LEARNER_SD**2)
    return Readiness(interview.day, estimate, max(0.0, estimate - half), min(1.0, estimate + half), seen / total)
