"""Simulated learners to compare schedulers with, under four laws of forgetting. What they show is simulated.

A scheduler offers `due(now) -> ids in the order to ask` and `review(id, grade, now)`, and is made with
(items as (id, topic), start, interview or None, seconds of budget a day). It never sees a learner's memory.

Laws, with dt in days since the last answer:
- `power`: recall falls as a power of time; stability grows more the more was forgotten (the family of FSRS);
- `exponential`: recall halves every h days; h doubles, about, on a pass and falls on a failure (the family of
  half-life regression, Settles & Meeder 2016), so a pass on the next day counts as much as a late one;
- `two_traces`: a fast trace that an answer renews and days wipe out, and a slow one that grows at each answer by a part
  of what is missing, more when the fast one is gone (the family of Bjork & Bjork's storage and retrieval strength);
- `activation`: every answer leaves a trace, right or wrong, since the model answer is shown; traces decay as powers of
  time and add up, and one left while much is still active decays faster (ACT-R: Pavlik & Anderson 2005, their
  constants). No rule of the schedule was chosen by looking at it.
"""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

LAWS = ("power", "exponential", "two_traces", "activation")
START = datetime(2026, 1, 5, tzinfo=UTC)
SAME_DAY = 0.5  # an answer sooner than this many days after the last one strengthens little
KNOWN_BEFORE = 0.25  # part of the questions known from the start
DECAY_BASE, DECAY_GROWTH, THRESHOLD, NOISE = 0.177, 0.217, -0.704, 0.255  # a, c, tau and s of Pavlik & Anderson
UNITS_A_DAY = 0.025 * 86400  # between sessions they count time a fortieth as fast
MOMENT = 1e-3  # days; activation has no value at the very moment of an answer
Item = tuple[int, int]


class Scheduler(Protocol):
    """What is compared."""

    def due(self, now: datetime) -> Sequence[int]:
        """Ids to ask, in order."""
        ...

    def review(self, item: int, grade: int, now: datetime) -> None:
        """Take note of a grade 0..5."""
        ...


@dataclass(frozen=True, slots=True)
class Scenario:
    """questions, topics; days until the interview; minutes of practice a day; days on which nothing is done."""

    questions: int = 240
    topics: int = 12
    days: int = 90
    minutes: float = 20
    gap: range = range(0)
    weekly_off: frozenset[int] = frozenset()
    dated: bool = True

    def practises_on(self, day: int) -> bool:
        """Whether the learner sits down on this day, counted from 0, a Monday."""
        return day not in self.gap and day % 7 not in self.weekly_off


class Learner:
    """One learner's true memory of all questions."""

    def __init__(self, law: str, scenario: Scenario, rng: random.Random, off_by_one: float = 0.12, gross: float = 0.03):
        if law not in LAWS:
            raise ValueError(f"a law is one of {LAWS}, not {law!r}")
        self.law, self.rng, self._off_by_one, self._gross = law, rng, off_by_one, gross
        n = scenario.questions
        self.topic = [i % scenario.topics for i in range(n)]
        hardness = [rng.gauss(0, 0.22) for _ in range(scenario.topics)]
        self.ease = [min(1.0, max(0.05, 0.52 - hardness[t] + rng.gauss(0, 0.17))) for t in self.topic]
        self.talent = math.exp(rng.gauss(0, 0.25))
        self.strength = [0.0] * n  # stability, half-life or slow trace, by law
        self.last = [0.0] * n
        self.seen = [False] * n
        self._traces: list[list[tuple[float, float]]] = [[] for _ in range(n)]  # (day, decay), for `activation`
        for i in range(n):
            if rng.random() < KNOWN_BEFORE:
                for before in (-60.0, -45.0, -30.0):
                    self._leave_trace(i, before)
                self.strength[i] = self._known_before()
                self.last[i] = -30.0

    def recall(self, item: int, day: float) -> float:
        """Chance of a right answer at `day`, days since the start."""
        if self.law == "activation":
            return max(0.02, 1 / (1 + math.exp((THRESHOLD - self._activation(item, day)) / NOISE)))
        strength, elapsed = self.strength[item], max(0.0, day - self.last[item])
        if strength <= 0:
            return 0.02
        if self.law == "power":
            return (1 + 0.25 * elapsed / strength) ** -0.5
        if self.law == "exponential":
            return 0.5 ** (elapsed / strength)
        return float(1 - (1 - math.exp(-elapsed / 4)) * (1 - strength * math.exp(-elapsed / (600 * strength))))

    def answer(self, item: int, day: float) -> tuple[int, float]:
        """Ask at `day`: (grade as a fallible judge sees it, seconds). The model answer is shown, memory changes."""
        chance = self.recall(item, day)
        passed = self.rng.random() < chance
        seconds = (75 if passed else 150 if self.seen[item] else 180) * math.exp(self.rng.gauss(0, 0.3))
        self.strength[item] = self._strength_after(item, day, chance, passed)
        self._leave_trace(item, day)
        self.last[item], self.seen[item] = day, True
        return self._graded(passed, chance), seconds

    def _graded(self, passed: bool, chance: float) -> int:
        rng = self.rng
        grade = (5 if rng.random() < chance / 2 else rng.choice([3, 4, 4])) if passed else rng.choice([0, 1, 1, 2])
        if rng.random() < self._off_by_one:
            grade = min(5, max(0, grade + rng.choice([-1, 1])))
        return rng.randint(0, 5) if rng.random() < self._gross else grade

    def _strength_after(self, item: int, day: float, chance: float, passed: bool) -> float:
        strength, ease = self.strength[item], self.ease[item] * self.talent
        again = self.seen[item] and day - self.last[item] < SAME_DAY
        if self.law == "two_traces":
            part = 0.03 if again else 0.25 + 0.8 * ease * (1 - 0.7 * chance) if passed else 0.08
            return strength + min(0.9, part) * (0.97 - strength) if passed else 0.8 * strength + 2 * part
        if strength <= 0:
            first = 3.0 + 14.0 * ease if self.law == "exponential" else 1.0 + 6.0 * ease
            return first * math.exp(self.rng.gauss(0, 0.4))
        if again:
            return strength * (1.03 if passed else 0.95)
        if not passed:
            return max(1.0, 0.4 * strength) if self.law == "power" else max(3.0, 0.5 * strength)
        if self.law == "power":
            return strength * (1 + 9 * ease * strength**-0.15 * (math.exp(1.2 * (1 - chance)) - 1))
        return strength * (1.6 + 1.8 * ease)

    def _activation(self, item: int, day: float) -> float:
        """Log of what the traces add up to, plus what the question and the learner bring along."""
        spans = (((max(MOMENT, day - begin) * UNITS_A_DAY), decay) for begin, decay in self._traces[item])
        total = sum(span**-decay for span, decay in spans)
        return math.log(total) + 0.5 + self.ease[item] * self.talent if total > 0 else -10.0

    def _leave_trace(self, item: int, day: float) -> None:
        if self.law == "activation":
            decay = DECAY_BASE + DECAY_GROWTH * math.exp(min(2.0, self._activation(item, day)))
            self._traces[item].append((day, decay))

    def _known_before(self) -> float:
        return self.rng.uniform(0.2, 0.7) if self.law == "two_traces" else math.exp(self.rng.gauss(2.0, 0.8))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a scheduler achieved with one learner.

    recall: mean over all questions on the interview day.  overrun: worst seconds over a day's budget.  waiting: overdue
    questions at the end of each day.
    """

    recall: float
    weak_recall: float
    seen: float
    hours: float
    answers: int
    overrun: float
    waiting: tuple[int, ...]


def simulate(
    make: type, law: str, scenario: Scenario, seed: int, on_learner: Callable[[Learner], None] = lambda learner: None
) -> Outcome:
    """Let a scheduler guide one learner through a scenario; equal seeds meet equal learners.

    on_learner: called with the learner before the scheduler is made, for measuring only.
    """
    learner = Learner(law, scenario, random.Random(f"{law}-{seed}"))
    on_learner(learner)
    items = [(i, learner.topic[i]) for i in random.Random(seed).sample(range(scenario.questions), scenario.questions)]
    interview = START + timedelta(days=scenario.days) if scenario.dated else None
    engine = make(items, START, interview, scenario.minutes * 60)
    hours, spent, answers, overrun, waiting = random.Random(seed + 1), 0.0, 0, 0.0, []
    for day in range(scenario.days):
        now = START + timedelta(days=day, hours=18 + hours.uniform(-2, 2))
        if scenario.practises_on(day):
            used, asked = _practise(engine, learner, now, scenario.minutes * 60)
            spent, answers, overrun = spent + used, answers + asked, max(overrun, used - scenario.minutes * 60)
        waiting.append(sum(learner.seen[i] for i in engine.due(now + timedelta(hours=1))))
    final = [learner.recall(i, scenario.days + 0.4) for i in range(scenario.questions)]
    weakest = sorted(range(scenario.questions), key=lambda i: learner.ease[i])[: scenario.questions // 4]
    return Outcome(
        recall=sum(final) / len(final),
        weak_recall=sum(final[i] for i in weakest) / len(weakest),
        seen=sum(learner.seen) / len(final),
        hours=spent / 3600,
        answers=answers,
        overrun=overrun,
        waiting=tuple(waiting),
    )


def _practise(engine: Scheduler, learner: Learner, now: datetime, budget: float) -> tuple[float, int]:
    used, asked, empty = 0.0, 0, 0
    todo: list[int] = []
    while used < budget and empty < 3:
        if not todo:
            todo = list(engine.due(now))
        if not todo:
            now, empty = now + timedelta(minutes=10), empty + 1
            continue
        item = todo.pop(0)
        grade, seconds = learner.answer(item, (now - START).total_seconds() / 86400)
        now, used, asked = now + timedelta(seconds=seconds), used + seconds, asked + 1
        engine.review(item, grade, now)
    return used, asked
