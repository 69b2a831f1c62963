"""What to ask on a study day: a choice under a budget of time, then an order that a person can bear.

Ordinary days: new questions up to the rate the learner keeps up with, and due ones, those with the least stable memory
first, so that a backlog costs least; then re-drills. While an interview date is ahead, due questions that are still
known well make room for new ones, the others do not. In the sweep before an interview: by gain per second, see
`coach.srs.interview_date`. What does not fit stays due and is reported as
postponed; nothing is dropped or rescheduled.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from heapq import nsmallest
from math import floor, inf
from typing import Literal

from coach.models import Card, InterviewDate
from coach.srs.balance import planned_days
from coach.srs.interleave import interleaved
from coach.srs.interview_date import (
    GainModel,
    Sweep,
    active_sweeps,
    coverable,
    covers_first,
    new_per_day,
)
from coach.srs.memory import Memory
from coach.srs.pace import Learner

Reason = Literal["due", "new", "topic", "interview", "redrill"]
REDRILL_RECALL = 0.85  # an answer just read is mostly known
RANKED_AT_LEAST = 100
NEW_OF_BUDGET = 0.95  # most of a day that new questions may take
NEW_AT_LEAST = 0.2  # of a day that new questions may take before what is due, while a date is ahead
KNOWN_WELL = 0.94  # chance of recall at which a due question can wait for new ones, while a date is ahead
WEAK_TOPICS_A_DAY = 2
NEW_BESIDE_BACKLOG = 0.5  # a day, while more is due than fits into one
DEFAULT_MEMORY = Memory()


@dataclass(frozen=True, slots=True)
class Fresh:
    """A question that was never asked."""

    question_id: str
    topic: str


@dataclass(frozen=True, slots=True)
class Task:
    """One question to ask. due: None for a new one.  seconds: expected time."""

    question_id: str
    topic: str
    reason: Reason
    seconds: float
    due: date | None = None
    overdue_days: int = 0


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a plan depends on.

    due: cards due on or before `day`.  soon: cards due within a week after it, for a level load; without them every
    question is asked on its date.  asked: all cards, needed only in a sweep (`sweeps_on`).  fresh: questions never
    asked, in the order to introduce them.  questions, seen: number of all questions, and of those asked.
    budget_seconds: of a whole day; spent_seconds, new_today: used of it so far.  new_per_day: the person's limit
    without an interview date.  siblings: a common name for questions that repeat each other, by id; only one of them
    is asked on a day.  weak_topics: those whose own card is due (`coach.srs.topics`), the weakest first.
    after_break: practice has begun again after days without (`after_break`).  asked_today, recent_topics: in the order
    of asking.
    """

    day: date
    due: Sequence[Card] = ()
    soon: Sequence[Card] = ()
    redrills: Sequence[Card] = ()
    asked: Sequence[Card] = ()
    fresh: Sequence[Fresh] = ()
    questions: int = 0
    seen: int = 0
    budget_seconds: float = 1500.0
    spent_seconds: float = 0.0
    new_today: int = 0
    new_per_day: float = 5.0
    interviews: Sequence[InterviewDate] = ()
    siblings: Mapping[str, str] = field(default_factory=dict)
    weak_topics: Sequence[str] = ()
    after_break: bool = False
    asked_today: Sequence[str] = ()
    recent_topics: Sequence[str] = ()
    learner: Learner = field(default_factory=Learner)


@dataclass(frozen=True, slots=True)
class DayPlan:
    """tasks: to be asked in this order within what is left of the budget.  postponed: due too, but not today.

    sweep: the day lies in the last stretch before an interview.
    """

    tasks: tuple[Task, ...]
    postponed: tuple[Task, ...]
    sweep: bool

    @property
    def seconds(self) -> float:
        """Expected time of the tasks."""
        return sum(task.seconds for task in self.tasks)


def sweeps_on(situation: Situation) -> list[Sweep]:
    """The sweeps the day lies in; if there is one, the plan needs all cards."""
    usual = situation.budget_seconds * situation.learner.practised_share
    return active_sweeps(situation.interviews, situation.day, situation.questions, usual)


def plan_day(situation: Situation) -> DayPlan:
    """Choose and order today's questions."""
    sweeps = sweeps_on(situation)
    wanted = _by_gain(situation, sweeps) if sweeps else _ordinary(situation)
    redrills = [_task(situation, card, "redrill", REDRILL_RECALL) for card in situation.redrills]
    budget = situation.budget_seconds - situation.spent_seconds
    # what was begun today is finished before anything new, unless a date makes every second count
    first = 0 if _dated(situation) else _begun_within(redrills, budget)
    reserved = sum(task.seconds for task in redrills[:first])
    chosen, postponed = _fit(situation, wanted, budget - reserved)
    left = budget - sum(task.seconds for task in chosen)
    drilled = max(first, _begun_within(redrills, left))
    ordered = interleaved(chosen, lambda task: task.topic, situation.recent_topics)
    return DayPlan((*ordered, *redrills[:drilled]), (*postponed, *redrills[drilled:]), bool(sweeps))


def new_allowed(situation: Situation, *, sweep: bool = False) -> int:
    """How many questions never asked may still come today.

    A rate such as 1.3 a day is spread by the calendar, so the plan of a day does not depend on how the last one went.
    Outside a sweep no more questions are begun than can be repeated before the date.
    """
    pace, interviews, day = situation.learner.pace, situation.interviews, situation.day
    dated = new_per_day(interviews, day, situation.questions)
    if dated and not sweep:
        room = coverable(interviews, day, situation.budget_seconds, pace.first + pace.passed) - situation.seen
        dated = dated if room > 0 else min(dated, situation.new_per_day)
    rate = (dated or situation.new_per_day) * situation.learner.share_of_new
    overdue = len(situation.due) * pace.passed > situation.budget_seconds
    if overdue and (situation.after_break or not dated):
        rate = min(rate, NEW_BESIDE_BACKLOG)
    ordinal = day.toordinal()
    today = floor(rate * (ordinal + 1)) - floor(rate * ordinal)
    affordable = max(1, int(NEW_OF_BUDGET * situation.budget_seconds / pace.first))
    return max(0, min(today, affordable) - situation.new_today)


def _ordinary(situation: Situation) -> list[Task]:
    fresh, pace = _fresh_tasks(situation), situation.learner.pace
    planned = planned_days((*situation.due, *situation.soon), situation.day) if situation.soon else {}
    wanted = (
        card for card in (*situation.due, *situation.soon) if planned.get(card.question_id, date.min) <= situation.day
    )
    model = GainModel(DEFAULT_MEMORY, situation.learner.scale)
    due = [(_recall(model, card, situation.day), card) for card in wanted]
    if situation.after_break:
        # what is still known leaves the backlog at little cost; what is forgotten cannot be forgotten more
        due.sort(key=lambda pair: (-pair[0], pair[1].question_id))
    else:
        due.sort(key=lambda pair: (pair[1].stability or 0.0, pair[1].due or date.max, pair[1].question_id))
    repeated = [(recall, _task(situation, card, "due", recall)) for recall, card in due]
    if not _dated(situation):
        return fresh[:1] + [task for _, task in repeated] + fresh[1:]  # repeating goes first, one new keeps moving
    # What is not begun in time is lost for the date, and what was begun is lost too when it is not repeated in time.
    # Beginning first pays where memory outlasts its due dates, which this learner's answers tell; elsewhere it costs.
    kept = max(0, round(NEW_AT_LEAST * situation.budget_seconds / pace.first) - situation.new_today)
    urgent = [task for recall, task in repeated if recall < KNOWN_WELL]
    waiting = [task for recall, task in repeated if recall >= KNOWN_WELL]
    return fresh[:kept] + urgent + fresh[kept:] + waiting


def _fresh_tasks(situation: Situation) -> list[Task]:
    """New questions: one of each weak topic whose turn it is, then others up to the day's rate."""
    first = {item.topic: item for item in reversed(situation.fresh)}
    called = [first[topic] for topic in situation.weak_topics[:WEAK_TOPICS_A_DAY] if topic in first]
    others = [item for item in situation.fresh if item not in called]
    tasks = [replace(_new_task(situation, item), reason="topic") for item in called]
    room = max(0, new_allowed(situation) - len(called))
    return tasks + [_new_task(situation, item) for item in others[:room]]


def _dated(situation: Situation) -> bool:
    return any(situation.day < interview.day for interview in situation.interviews)


def _by_gain(situation: Situation, sweeps: Sequence[Sweep]) -> list[Task]:
    model = GainModel(DEFAULT_MEMORY, situation.learner.scale)
    covering = covers_first(sweeps)
    fresh = situation.fresh if covering else situation.fresh[: new_allowed(situation, sweep=True)]
    day, pace = situation.day, situation.learner.pace
    left = [(sweep, (sweep.interview.day - day).days) for sweep in sweeps]
    ranked: list[tuple[float, int, float, Card | Fresh]] = []
    for item in fresh:
        value = sum(sweep.weight(item.topic) * model.gain(None, 0, days)[0] for sweep, days in left)
        worth = inf if covering else value / pace.seconds(None)
        ranked.append((-worth, len(ranked), 0.0, item))
    for card in situation.asked:
        if card.last_day < day:
            elapsed, value, recall = (day - card.last_day).days, 0.0, 0.0
            for sweep, days in left:
                gain, recall = model.gain(card, elapsed, days)
                value += sweep.weight(card.topic) * gain
            if value > 0:
                ranked.append((-value / pace.seconds(recall), len(ranked), recall, card))
    best = nsmallest(_enough(situation), ranked)
    return [
        _task(situation, item, "interview", recall) if isinstance(item, Card) else _new_task(situation, item)
        for _, _, recall, item in best
    ]


def _enough(situation: Situation) -> int:
    """More tasks than fit into a day, near-duplicates included: the rest need not be put in order."""
    return RANKED_AT_LEAST + int(3 * situation.budget_seconds / situation.learner.pace.passed)


def _fit(situation: Situation, wanted: Iterable[Task], budget: float) -> tuple[list[Task], list[Task]]:
    """Split into what is begun within the budget and the rest; near-duplicates go to the rest."""
    siblings = situation.siblings
    taken = {siblings[item] for item in situation.asked_today if item in siblings}
    chosen: list[Task] = []
    postponed: list[Task] = []
    used = 0.0
    for task in wanted:
        name = siblings.get(task.question_id)
        if used >= budget or (name is not None and name in taken):
            postponed.append(task)
            continue
        used += task.seconds
        chosen.append(task)
        if name is not None:
            taken.add(name)
    return chosen, postponed


def _begun_within(tasks: Sequence[Task], budget: float) -> int:
    used, count = 0.0, 0
    while count < len(tasks) and used < budget:
        used += tasks[count].seconds
        count += 1
    return count


def _recall(model: GainModel, card: Card, day: date) -> float:
    return model.recall(card, max(0, (day - card.last_day).days))


def _task(situation: Situation, card: Card, reason: Reason, recall: float) -> Task:
    late = max(0, (situation.day - card.due).days) if card.due else 0
    seconds = situation.learner.pace.seconds(recall)
    return Task(card.question_id, card.topic, reason, seconds, card.due, late)


def _new_task(situation: Situation, item: Fresh) -> Task:
    return Task(item.question_id, item.topic, "new", situation.learner.pace.seconds(None))
