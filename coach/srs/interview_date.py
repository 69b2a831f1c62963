"""Getting ready for a day: which questions are worth asking now for the recall on that date.

Until the final sweep begins the ordinary schedule runs, only with new questions paced so that all are seen in time.
In the sweep every question competes by the gain it promises: expected recall on the date if asked today, less expected
recall if not, per second it takes. Reviews in the sweep are ordinary reviews of that day, so SM-2 stays exact.

Planning by gain from the first day on would be a trap: the gain of one more review looks small while the date is far,
so young questions lapse, and the estimates behind the gain are at their worst.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from coach.models import Card, InterviewDate
from coach.srs.memory import AGAIN, GOOD, Memory

SWEEP_SECONDS_PER_QUESTION = 100.0
SHORT_HORIZON_DAYS = 14  # under two weeks, what was never seen comes first
COVERED_AT = 0.45  # part of the horizon by which every question should have been seen
USUAL_RECALL = 0.85  # of a question on its due date
RECALL_UNSEEN = 0.15  # what candidates know of a question never practised: a guess


@dataclass(frozen=True, slots=True)
class Sweep:
    """The last stretch before one interview: from `begin` to the day before it."""

    interview: InterviewDate
    begin: date

    def weight(self, topic: str) -> float:
        """Importance of a topic for this interview."""
        return self.interview.weights.get(topic, 1.0)


def horizon_days(interview: InterviewDate) -> int:
    """Days from the entry of a date to the date, at least 1."""
    return max(1, (interview.day - interview.since).days)


def sweep_of(interview: InterviewDate, questions: int, budget_seconds: float) -> Sweep:
    """When the sweep for a date begins: half the horizon before it, or later if one round of all questions fits."""
    one_round = questions * SWEEP_SECONDS_PER_QUESTION / max(1.0, budget_seconds)
    return Sweep(interview, interview.day - timedelta(days=round(min(horizon_days(interview) / 2, one_round))))


def active_sweeps(interviews: Iterable[InterviewDate], day: date, questions: int, budget_seconds: float) -> list[Sweep]:
    """The sweeps that `day` lies in, of the interviews still to come."""
    sweeps = (sweep_of(interview, questions, budget_seconds) for interview in interviews if day < interview.day)
    return [sweep for sweep in sweeps if sweep.begin <= day]


def new_per_day(interviews: Iterable[InterviewDate], day: date, questions: int) -> float:
    """Rate at which new questions must come for `questions` to be seen in time, by the date that asks for most."""
    coming = [interview for interview in interviews if day < interview.day]
    return max((questions / (COVERED_AT * horizon_days(interview)) for interview in coming), default=0.0)


def coverable(interviews: Iterable[InterviewDate], day: date, budget_seconds: float, twice_seconds: float) -> int:
    """How many questions can be asked and repeated once before the last date to come, from the day it was entered.

    twice_seconds: time to ask a new question and to repeat it.  More than these would push out every repetition.
    """
    horizons = [horizon_days(interview) for interview in interviews if day < interview.day]
    return int(max(horizons, default=0) * budget_seconds / twice_seconds)


def covers_first(sweeps: Sequence[Sweep]) -> bool:
    """Whether a date is so near, and was from its entry on, that seeing everything once goes before all else."""
    return any(horizon_days(sweep.interview) < SHORT_HORIZON_DAYS for sweep in sweeps)


class GainModel:
    """Gain of recall on interview days from an answer today.

    memory: formulas; scale: factor on the stabilities that fits this learner (`coach.srs.pace.stability_scale`).
    """

    def __init__(self, memory: Memory, scale: float = 1.0) -> None:
        self._memory = memory
        self._scale = scale
        self._first = memory.first(GOOD).stability, memory.first(AGAIN).stability

    def recall(self, card: Card | None, elapsed: int) -> float:
        """Chance of recall `elapsed` days after the last answer; card: None for a question never asked."""
        if card is None or card.stability is None:
            return RECALL_UNSEEN
        return self._memory.recall(card.stability * self._scale, elapsed)

    def recall_repeated(self, card: Card, days: float) -> float:
        """Chance of recall `days` after a repetition that passes at the usual time."""
        if card.stability is None or card.difficulty is None:
            return RECALL_UNSEEN
        stability = self._memory.stability_recalled(card.stability, card.difficulty, USUAL_RECALL)
        return self._memory.recall(stability * self._scale, days)

    def gain(self, card: Card | None, elapsed: int, days_left: int) -> tuple[float, float]:
        """(expected recall on the date if asked today, less if not; chance of recall today).

        card: None for a question never asked.  elapsed: days since its last answer.  days_left: until the date.
        """
        memory, scale = self._memory, self._scale
        if card is None or card.stability is None or card.difficulty is None:
            now = unasked = RECALL_UNSEEN
            passed, failed = self._first
        else:
            stability, difficulty = card.stability, card.difficulty
            now = memory.recall(stability * scale, elapsed)
            unasked = memory.recall(stability * scale, elapsed + days_left)
            expected = memory.recall(stability, elapsed)  # the formulas move stabilities by their own expectation
            passed = memory.stability_recalled(stability, difficulty, expected)
            failed = memory.stability_forgotten(stability, difficulty, expected)
        asked = now * memory.recall(passed * scale, days_left) + (1 - now) * memory.recall(failed * scale, days_left)
        return asked - unasked, now
