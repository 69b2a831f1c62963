"""How an individual learner does: how long answers take, how well the memory estimate fits, whether new ones fit in.

All of it comes from the latest answers of the log and is drawn towards starting values while there are few.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from coach.srs.memory import DEFAULT_PARAMETERS
from coach.srs.sm2 import PASS_GRADE

PASSED_SECONDS, FAILED_SECONDS, FIRST_SECONDS = 90.0, 150.0, 180.0
PRIOR_ANSWERS = 5.0  # weight of the starting values, in answers
LONGEST_SECONDS = 1800.0  # a longer pause is no answering time
RECENT_ANSWERS = 200
_DECAY = -DEFAULT_PARAMETERS[20]
_SCALES = tuple(2 ** (step / 4) for step in range(-14, 9))  # 0.09 .. 4


@dataclass(frozen=True, slots=True)
class Answer:
    """What pace and fit are computed from.

    recall: chance of recall that was expected, None for a first answer.  seconds: None if not measured.
    """

    question_id: str
    grade: int
    recall: float | None
    seconds: float | None

    @property
    def passed(self) -> bool:
        """Whether SM-2 counts it as remembered."""
        return self.grade >= PASS_GRADE


@dataclass(frozen=True, slots=True)
class Pace:
    """Expected seconds of an answer that passes, one that fails, a first one."""

    passed: float = PASSED_SECONDS
    failed: float = FAILED_SECONDS
    first: float = FIRST_SECONDS

    def seconds(self, recall: float | None) -> float:
        """Expected seconds; recall: chance that the answer passes, None for a question never asked."""
        return self.first if recall is None else recall * self.passed + (1 - recall) * self.failed


def measured_pace(answers: Iterable[Answer]) -> Pace:
    """The pace that measured times show."""
    sums = {"passed": PASSED_SECONDS, "failed": FAILED_SECONDS, "first": FIRST_SECONDS}
    sums = {name: value * PRIOR_ANSWERS for name, value in sums.items()}
    counts = dict.fromkeys(sums, PRIOR_ANSWERS)
    for answer in answers:
        if answer.seconds is None or not 0 < answer.seconds <= LONGEST_SECONDS:
            continue
        name = "first" if answer.recall is None else "passed" if answer.passed else "failed"
        sums[name] += answer.seconds
        counts[name] += 1
    means = {name: sums[name] / counts[name] for name in sums}
    return Pace(means["passed"], means["failed"], means["first"])


def stability_scale(answers: Sequence[Answer]) -> float:
    """The factor on all stabilities that makes expected recall fit the passes and failures best, about 0.09 .. 4.

    Maximum a posteriori on a grid; the prior is a log-normal around 1, so with no answers the factor is 1.
    """
    pairs = [(_age(answer.recall), answer.passed) for answer in answers if answer.recall is not None]
    return max(_SCALES, key=lambda scale: _log_posterior(scale, pairs))


def _age(recall: float) -> float:
    """Days over stability, times the curve's factor, at which the default curve has fallen to `recall`."""
    return max(recall, 1e-6) ** (1 / _DECAY) - 1


def _log_posterior(scale: float, pairs: Sequence[tuple[float, bool]]) -> float:
    total = -(math.log(scale) ** 2)
    for age, passed in pairs:
        chance = min(0.98, max(0.02, (1 + age / scale) ** _DECAY))  # a judge errs now and then
        total += math.log(chance if passed else 1 - chance)
    return total


NEW_ALL_AT, NEW_FEW_AT = 0.9, 0.7  # pass rates between which the share of new questions grows
NEW_LEAST = 0.25
PASS_RATE_ANSWERS, PASS_RATE_START, PASS_RATE_WEIGHT = 60, 0.9, 10


def share_of_new(answers: Sequence[Answer]) -> float:
    """How much of the planned rate of new questions the learner keeps up with, 0.25 .. 1.

    By the pass rate of the latest reviews: all of it when nine of ten are remembered, least when less than seven are.
    New questions on top of ones that are being forgotten cost more than they bring; never to bring any starves them.
    """
    reviews = [answer.passed for answer in answers if answer.recall is not None][-PASS_RATE_ANSWERS:]
    rate = (sum(reviews) + PASS_RATE_START * PASS_RATE_WEIGHT) / (len(reviews) + PASS_RATE_WEIGHT)
    return min(1.0, max(NEW_LEAST, (rate - NEW_FEW_AT) / (NEW_ALL_AT - NEW_FEW_AT)))


BREAK_DAYS, CATCH_UP_DAYS = 5, 10


def after_break(practised: Iterable[date], day: date) -> bool:
    """Whether a break of at least five days ended today or in the ten days before.

    practised: study days with an answer, in any order.
    """
    days = sorted({*practised, day})
    recent = (later for earlier, later in pairwise(days) if (later - earlier).days > BREAK_DAYS)
    return any((day - later).days < CATCH_UP_DAYS for later in recent)


SHARE_DAYS, SHARE_LEAST = 28, 0.3


def practised_share(practised: Iterable[date], day: date) -> float:
    """Share of the latest four weeks' days with practice, 0.3 .. 1, today excluded; 1 in the first week.

    practised: study days with an answer.  Days off make a day's budget stand for more than a day.
    """
    days = [earlier for earlier in practised if 0 < (day - earlier).days <= SHARE_DAYS]
    span = (day - min(days)).days if days else 0
    return max(SHARE_LEAST, len(set(days)) / span) if span >= 7 else 1.0


@dataclass(frozen=True, slots=True)
class Learner:
    """What the latest answers say. scale: see `stability_scale`; share_of_new and practised_share: see there."""

    pace: Pace = field(default_factory=Pace)
    scale: float = 1.0
    share_of_new: float = 1.0
    practised_share: float = 1.0


def learner(answers: Sequence[Answer], practised: Iterable[date], day: date) -> Learner:
    """Everything about a learner, from the latest reviews, oldest first, and the study days with practice."""
    share = practised_share(practised, day)
    return Learner(measured_pace(answers), stability_scale(answers), share_of_new(answers), share)
