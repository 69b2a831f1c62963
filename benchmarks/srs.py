"""What the schedule achieves with simulated learners, beside plain SM-2 and FSRS. Everything printed is simulated.

python -m benchmarks.srs [--learners 4] [--only recall,gap,topics,load]
"""

import argparse
import math
import statistics
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from benchmarks.learners import LAWS, START, Learner, Outcome, Scenario, simulate
from benchmarks.srs_adapter import Engine
from coach.models import InterviewDate
from coach.srs import sm2
from coach.srs.balance import planned_days
from coach.srs.forecast import Readiness, readiness
from coach.srs.fsrs_scheduler import FsrsScheduler
from coach.srs.sm2_cards import expected_recall
from coach.srs.topics import TopicAnswer, TopicModel

SCENARIOS = (Scenario(240, 12, 90, 20), Scenario(160, 12, 30, 20), Scenario(120, 12, 90, 25))
SHORT = Scenario(60, 6, 10, 20)


class PlainSm2:
    """SM-2 as programs use it: what is due, oldest first, then new questions at an even rate over 60 % of the time."""

    def __init__(self, items: Sequence[tuple[int, int]], start: datetime, interview: datetime | None, budget_s: float):
        self._fresh = [key for key, _ in items]
        days = (interview - start).days if interview else 90
        self._per_day = max(1, math.ceil(len(items) / (0.6 * days)))
        self._states: dict[int, sm2.Sm2State] = {}
        self._asked_on: dict[int, date] = {}
        self._day, self._new_left = date.min, 0

    def due(self, now: datetime) -> list[int]:
        """Ids to ask, in order."""
        if now.date() != self._day:
            self._day, self._new_left = now.date(), self._per_day
        due = [(state.due or date.max, key) for key, state in self._states.items() if self._wanted(key, state)]
        return [key for _, key in sorted(due)] + self._fresh[: self._new_left]

    def review(self, item: int, grade: int, now: datetime) -> None:
        """Take note of a grade."""
        if item in self._fresh:
            self._fresh.remove(item)
            self._new_left -= 1
        state = self._states.get(item, sm2.NEW)
        again = self._asked_on.get(item) == now.date()
        self._states[item] = sm2.redrill(state, grade) if again else sm2.review(state, grade, now.date())
        self._asked_on[item] = now.date()

    def _wanted(self, key: int, state: sm2.Sm2State) -> bool:
        return (state.due or date.max) <= self._day or (state.redrill and self._asked_on[key] == self._day)


class FsrsEngine(Engine):
    """The product with FSRS-6 in the place of SM-2."""

    scheduler = FsrsScheduler()


class ExactDays(Engine):
    """The product without levelling of days."""

    level = False


def recall_table(learners: int) -> None:
    """Recall on the interview day, paired over equal learners."""
    print(f"\nrecall on the interview day, {learners} learners a row; difference to plain SM-2 with 95 % interval")
    for law in LAWS:
        for scenario in (*SCENARIOS, SHORT):
            base = [simulate(PlainSm2, law, scenario, seed) for seed in range(learners)]
            cells = [f"SM-2 {mean(o.recall for o in base):.3f}"]
            for name, make in (("coach", Engine), ("coach with FSRS", FsrsEngine)):
                ours = [simulate(make, law, scenario, seed) for seed in range(learners)]
                cells.append(f"{name} {paired(ours, base)}, over budget {max(o.overrun for o in ours):.0f} s at most")
            title = f"{law}, {scenario.questions} questions, {scenario.days} days of {scenario.minutes} min"
            print(f"{title:48} {'; '.join(cells)}", flush=True)


def gap_table(learners: int) -> None:
    """A break of two weeks, and two days off a week."""
    broken = Scenario(120, 12, 90, 25, gap=range(40, 54))
    print("\nbreak of 14 days (days 40 to 53): overdue questions at the end of the days after it")
    for law in LAWS:
        rows = [simulate(Engine, law, broken, seed).waiting for seed in range(learners)]
        usual = max(max(row[30:40]) for row in rows)
        gone = [next((d for d, n in enumerate(row[54:]) if n <= max(row[30:40])), 99) + 1 for row in rows]
        after = " ".join(f"{mean(row[day] for row in rows):.0f}" for day in range(54, 66))
        print(f"{law:12} before at most {usual}; after {after}; back to usual on day {max(gone)} at the latest")
    print("two days off a week: change of recall on the interview day, with the minutes moved to the others, and lost")
    for law in LAWS:
        before = [simulate(Engine, law, Scenario(120, 12, 90, 25), seed) for seed in range(learners)]
        cells = []
        for minutes in (35, 25):
            part = Scenario(120, 12, 90, minutes, weekly_off=frozenset({5, 6}))
            cells.append(paired([simulate(Engine, law, part, seed) for seed in range(learners)], before))
        print(f"{law:12} {'; '.join(cells)}", flush=True)


def load_table(learners: int) -> None:
    """What levelling the days does to peaks and to recall."""
    print("\nlevelling: peak over mean of the next 30 days, exact dates -> levelled; change of recall")
    scenario = Scenario(120, 12, 90, 25)
    for law in LAWS:
        before, after, engines = [], [], []
        for seed in range(learners):
            engines.append(_spied(Scenario(120, 12, 90, 25, dated=False), law, seed))
            before.append(simulate(ExactDays, law, scenario, seed))
            after.append(simulate(Engine, law, scenario, seed))
        peaks = [_peaks(engine) for engine in engines]
        old, new = mean(p[0] for p in peaks), mean(p[1] for p in peaks)
        print(f"{law:12} {old:.2f} -> {new:.2f} ({new / old - 1:+.0%}); recall {paired(after, before)}", flush=True)


def _spied(scenario: Scenario, law: str, seed: int) -> Engine:
    kept: list[Engine] = []

    class Kept(ExactDays):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            kept.append(self)

    simulate(Kept, law, scenario, seed)
    return kept[0]


def _peaks(engine: Engine) -> tuple[float, float]:
    cards = list(engine.cards.values())
    today = max(card.last_day for card in cards) + timedelta(days=1)

    def peak(days: Counter[date]) -> float:
        counts = [days[today + timedelta(days=ahead)] for ahead in range(30)]
        return max(counts) / (sum(counts) / 30)

    dated = Counter(max(card.due, today) for card in cards if card.due)
    return peak(dated), peak(Counter(planned_days(cards, today).values()))


class Watched(Engine):
    """The product, keeping beside it what it foretold and what was true."""

    watched: ClassVar["list[Watched]"] = []
    learner: ClassVar[Learner]

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.model = TopicModel()
        self.losses: list[tuple[float, float]] = []
        self.topic_hits: list[bool] = []
        self.ready: list[Readiness] = []
        self._passed, self._foretold, self._checked = 3.0, 6.0, date.min
        self._interview = InterviewDate(START.date() + timedelta(days=90), START.date())
        Watched.watched.append(self)

    def due(self, now: datetime) -> list[Any]:
        """As the product; every tenth day the ranges are compared with the truth."""
        day = now.date()
        if day != self._checked and (day - START.date()).days % 10 == 9:
            self._checked = day
            self._check(day)
        return super().due(now)

    def review(self, item: Any, grade: int, now: datetime) -> None:
        """As the product; before, the answer is foretold."""
        key, day = str(item), now.date()
        card = self.cards.get(key)
        if card is None or card.last_day < day:
            answer = TopicAnswer(self.topics[key], day, grade, expected_recall(card, day))
            passed = grade >= sm2.PASS_GRADE
            ours, rate = self.model.chance(answer.topic, answer.recall, day), self._passed / self._foretold
            self.losses.append(((ours - passed) ** 2, (rate - passed) ** 2))
            self._passed, self._foretold = self._passed + passed, self._foretold + 1
            self.model.learn(answer)
        super().review(item, grade, now)

    def _check(self, day: date) -> None:
        elapsed = (day - START.date()).days + 0.75
        for topic in sorted(set(self.topics.values())):
            keys = [key for key, name in self.topics.items() if name == topic]
            truth = mean(self.learner.recall(int(key), elapsed) for key in keys)
            found = self.model.mastery(topic, [expected_recall(self.cards.get(key), day) for key in keys], day)
            self.topic_hits.append(found.low <= truth <= found.high)
        unseen = [self.topics[key] for key in self.topics if key not in self.cards]
        self.ready.append(readiness(self.cards.values(), unseen, day, self._interview, self._budget_s, self.fit))


def topic_table(learners: int) -> None:
    """Foretelling the next answer, and how often the ranges hold the truth."""
    print("\nBrier score of the next answer (ours, overall rate), part of truths inside the 90 % ranges")
    every: list[tuple[float, float]] = []
    for law in LAWS:
        for scenario in (SCENARIOS[0], SCENARIOS[2]):
            Watched.watched.clear()
            truths: list[tuple[float, Readiness]] = []
            for seed in range(learners):
                end = simulate(
                    Watched, law, scenario, seed, lambda learner: setattr(Watched, "learner", learner)
                ).recall
                truths += [(end, ready) for ready in Watched.watched[-1].ready]
            ours, rate = (mean(loss[i] for w in Watched.watched for loss in w.losses) for i in (0, 1))
            topics = mean(hit for w in Watched.watched for hit in w.topic_hits)
            ready = mean(found.low <= end <= found.high for end, found in truths)
            every.append((topics, ready))
            brier = f"{ours:.3f} {rate:.3f} ({1 - ours / rate:.0%} better)"
            print(
                f"{law:12} {scenario.questions}: Brier {brier}; topics {topics:.0%}, readiness {ready:.0%}", flush=True
            )
    print(f"mean: topics {mean(t for t, _ in every):.0%}, readiness {mean(r for _, r in every):.0%}")


def paired(ours: Sequence[Outcome], base: Sequence[Outcome]) -> str:
    """Mean difference of recall with its 95 % interval."""
    differences = [a.recall - b.recall for a, b in zip(ours, base, strict=True)]
    spread = 1.96 * statistics.stdev(differences) / math.sqrt(len(differences)) if len(differences) > 1 else 0.0
    return f"{mean(differences):+.3f} +-{spread:.3f}"


def mean(values: Any) -> float:
    """Arithmetic mean of numbers."""
    return statistics.fmean(values)


TABLES = {"recall": recall_table, "gap": gap_table, "topics": topic_table, "load": load_table}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--learners", type=int, default=4)
    parser.add_argument("--only", default=",".join(TABLES), help=f"of {', '.join(TABLES)}")
    arguments = parser.parse_args()
    for name in arguments.only.split(","):
        TABLES[name](arguments.learners)


if __name__ == "__main__":
    main()
