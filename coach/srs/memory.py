"""An estimate of what is remembered: stability, difficulty and the chance of recall, by the formulas of FSRS-6.

Source: the description "The Algorithm" of the open-spaced-repetition project, version FSRS-6, and its default
parameters, fitted there to several hundred million reviews. Written from the formulas; agreement with the package
`fsrs` is tested. SM-2 never reads these numbers for its dates; they order the last days before an interview, forecast
readiness, and are what the FSRS scheduler schedules by.

Stability is the number of days after which recall has fallen to 0.9; difficulty runs from 1 to 10. Ratings are the four
of FSRS: 1 again, 2 hard, 3 good, 4 easy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, isfinite

DEFAULT_PARAMETERS = (
    0.212, 1.2931, 2.3065, 8.2956,  # initial stability by rating
    6.4133, 0.8334, 3.0194, 0.001,  # difficulty: start, spread, step, pull to the mean
    1.8722, 0.1666, 0.796,  # growth after recall
    1.4835, 0.0614, 0.2629, 1.6483,  # what is left after forgetting
    0.6014, 1.8729,  # hard penalty, easy bonus
    0.5425, 0.0912, 0.0658,  # repetition on the same day
    0.1542,  # decay of the forgetting curve
)  # fmt: skip
PARAMETER_COUNT = len(DEFAULT_PARAMETERS)
STABILITY_MIN = 0.001
AGAIN, HARD, GOOD, EASY = 1, 2, 3, 4
RATING_OF_GRADE = (AGAIN, AGAIN, AGAIN, HARD, GOOD, EASY)


@dataclass(frozen=True, slots=True)
class Trace:
    """What is known about the memory of one question. stability: days; difficulty: 1..10."""

    stability: float
    difficulty: float


class Memory:
    """The formulas with one set of parameters."""

    def __init__(self, parameters: Sequence[float] = DEFAULT_PARAMETERS) -> None:
        if len(parameters) != PARAMETER_COUNT or not all(isfinite(value) for value in parameters):
            raise ValueError(f"FSRS-6 has {PARAMETER_COUNT} finite parameters, not {tuple(parameters)!r}")
        self.parameters = w = tuple(parameters)
        self.decay = -w[20]
        self._factor = 0.9 ** (1 / self.decay) - 1
        self._growth = exp(w[8])
        self._lapse = exp(w[17] * w[18])
        self._mean_difficulty = self._start_difficulty(EASY)

    def recall(self, stability: float, elapsed_days: float) -> float:
        """Chance of recall, 0..1, `elapsed_days` after the last answer."""
        if elapsed_days <= 0:
            return 1.0
        result: float = (1 + self._factor * elapsed_days / stability) ** self.decay
        return result

    def interval(self, stability: float, retention: float) -> float:
        """Days until recall has fallen to `retention`, 0 < retention < 1."""
        return float(stability / self._factor * (retention ** (1 / self.decay) - 1))

    def first(self, rating: int) -> Trace:
        """The trace after the first answer."""
        stability = max(STABILITY_MIN, self.parameters[rating - 1])
        return Trace(stability, _clamped(self._start_difficulty(rating)))

    def after(self, trace: Trace, rating: int, elapsed_days: int) -> Trace:
        """The trace after a further answer, `elapsed_days` whole days after the last one (0: the same day)."""
        if elapsed_days < 1:
            stability = self._same_day(trace.stability, rating)
        else:
            recall = self.recall(trace.stability, elapsed_days)
            if rating == AGAIN:
                stability = self.stability_forgotten(trace.stability, trace.difficulty, recall)
            else:
                stability = self.stability_recalled(trace.stability, trace.difficulty, recall, rating)
        return Trace(max(STABILITY_MIN, stability), self._next_difficulty(trace.difficulty, rating))

    def stability_recalled(self, stability: float, difficulty: float, recall: float, rating: int = GOOD) -> float:
        """Stability after an answer on a later day that passed; recall: its chance before."""
        w = self.parameters
        growth = self._growth * (11 - difficulty) * stability ** -w[9] * (exp(w[10] * (1 - recall)) - 1)
        if rating != GOOD:
            growth *= w[15] if rating == HARD else w[16]
        return stability * (1 + growth)

    def stability_forgotten(self, stability: float, difficulty: float, recall: float) -> float:
        """Stability after an answer on a later day that failed; recall: its chance before."""
        w = self.parameters
        left: float = w[11] * difficulty ** -w[12] * ((stability + 1) ** w[13] - 1) * exp(w[14] * (1 - recall))
        return min(left, stability / self._lapse)

    def _same_day(self, stability: float, rating: int) -> float:
        w = self.parameters
        change = exp(w[17] * (rating - GOOD + w[18])) * stability ** -w[19]
        return stability * (change if rating == AGAIN else max(1.0, change))

    def _start_difficulty(self, rating: int) -> float:
        return self.parameters[4] - exp(self.parameters[5] * (rating - 1)) + 1

    def _next_difficulty(self, difficulty: float, rating: int) -> float:
        w = self.parameters
        moved = difficulty - w[6] * (rating - GOOD) * (10 - difficulty) / 9
        return _clamped(w[7] * self._mean_difficulty + (1 - w[7]) * moved)


def _clamped(difficulty: float) -> float:
    return min(10.0, max(1.0, difficulty))


def trace_after(memory: Memory, trace: Trace | None, grade: int, elapsed_days: int) -> Trace:
    """`trace` moved by an answer graded 0..5; None for the first one."""
    rating = RATING_OF_GRADE[grade]
    return memory.first(rating) if trace is None else memory.after(trace, rating, elapsed_days)
