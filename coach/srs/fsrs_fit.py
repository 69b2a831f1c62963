"""Fitting FSRS-6 to one person's history, taken over only if it foretells what was held out.

With the few hundred answers of one person all 21 parameters cannot be told apart. So seven factors are fitted that move
groups of them, by coordinate search on the log-loss with a pull towards the defaults.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from coach.srs.memory import DEFAULT_PARAMETERS, Memory, Trace, trace_after
from coach.srs.sm2 import PASS_GRADE

History = Sequence[tuple[date, int]]
"""(study day, grade) of one question's answers, in order."""

GROUPS = ((0,), (1,), (2, 3), (8,), (10,), (11,), (20,))  # what each factor multiplies
LEAST_REVIEWS = 100
HELD_OUT = 0.25  # the latest part of the reviews
PULL = 4.0  # weight of the squared logarithm of a factor, in units of log-loss
STEPS = (0.4, 0.2, 0.1, 0.05)
_BOUNDS = {8: (0.5, 3.5), 20: (0.1, 0.8)}  # of single parameters, after FSRS-6's own


@dataclass(frozen=True, slots=True)
class Fit:
    """Outcome of a fit. loss_*: mean log-loss per held-out review, lower is better; accepted: parameters are better."""

    parameters: tuple[float, ...]
    reviews: int
    loss_default: float
    loss_fitted: float

    @property
    def accepted(self) -> bool:
        """Whether the held-out reviews were foretold better than by the defaults."""
        return self.loss_fitted < self.loss_default


def fit(histories: Sequence[History]) -> Fit | None:
    """Fit to all but the latest reviews and measure on those; None with fewer than 100 reviews."""
    days = sorted(day for history in histories for day, _ in history[1:])
    if len(days) < LEAST_REVIEWS:
        return None
    border = days[int(len(days) * (1 - HELD_OUT))]
    factors = [1.0] * len(GROUPS)
    best = _objective(histories, factors, border)
    for step in STEPS:
        for index in range(len(GROUPS)):
            for direction in (math.exp(step), math.exp(-step)):
                tried = factors.copy()
                tried[index] *= direction
                loss = _objective(histories, tried, border)
                if loss < best:
                    best, factors = loss, tried
    parameters = _parameters(factors)
    default, fitted = (_held_out(histories, Memory(values), border) for values in (DEFAULT_PARAMETERS, parameters))
    return Fit(parameters, len(days), default, fitted)


def _parameters(factors: Sequence[float]) -> tuple[float, ...]:
    values = list(DEFAULT_PARAMETERS)
    for factor, group in zip(factors, GROUPS, strict=True):
        for index in group:
            low, high = _BOUNDS.get(index, (0.001, 100.0))
            values[index] = min(high, max(low, values[index] * factor))
    return tuple(values)


def _objective(histories: Sequence[History], factors: Sequence[float], border: date) -> float:
    losses = (loss for day, loss in _losses(histories, Memory(_parameters(factors))) if day < border)
    return sum(losses) + PULL * sum(math.log(factor) ** 2 for factor in factors)


def _held_out(histories: Sequence[History], memory: Memory, border: date) -> float:
    losses = [loss for day, loss in _losses(histories, memory) if day >= border]
    return sum(losses) / max(1, len(losses))


def _losses(histories: Sequence[History], memory: Memory) -> Iterator[tuple[date, float]]:
    """(day, log-loss) of every review after the first; repetitions on a day move the trace and count nothing."""
    for history in histories:
        trace: Trace | None = None
        last: date | None = None
        for day, grade in history:
            elapsed = (day - last).days if last else 0
            if trace is not None and elapsed > 0:
                chance = min(0.99, max(0.01, memory.recall(trace.stability, elapsed)))
                yield day, -math.log(chance if grade >= PASS_GRADE else 1 - chance)
            trace, last = trace_after(memory, trace, grade, elapsed), day
