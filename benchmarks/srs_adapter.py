"""The product's scheduler in the protocol of learner simulators: SM-2, queue and interview date, in memory.

    Engine(items, start, interview, budget_s)   items: (id, topic); aware UTC datetimes; interview may be None
    .due(now) -> ids in the order to ask         .review(id, grade, now)

Nothing here decides anything: it keeps what the store would keep and hands it to `coach.srs`.
"""

from collections.abc import Hashable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from coach.models import Card, InterviewDate, ReviewEvent
from coach.srs.balance import MOST_DAYS
from coach.srs.events import CardScheduler, answer_kind
from coach.srs.pace import RECENT_ANSWERS, Answer, Learner, after_break, learner
from coach.srs.queue import Fresh, Situation, plan_day
from coach.srs.sm2_cards import Sm2Scheduler, expected_recall

NEW_WITHOUT_DATE = 5.0
WEEK = timedelta(days=MOST_DAYS)


class Engine:
    """One learner's schedule."""

    scheduler: CardScheduler = Sm2Scheduler()
    level = True  # spread the load, as the product does unless told otherwise

    def __init__(
        self, items: Sequence[tuple[Any, Hashable]], start: datetime, interview: datetime | None, budget_s: float
    ) -> None:
        self._ids = {str(key): key for key, _ in items}
        self.topics = {str(key): str(topic) for key, topic in items}
        self._fresh = {str(key): Fresh(str(key), str(topic)) for key, topic in items}
        self._interviews = [InterviewDate(interview.date(), start.date())] if interview else []
        self._budget_s = budget_s
        self.cards: dict[str, Card] = {}
        self._answers: list[Answer] = []
        self._day: date | None = None
        self._asked_at = start
        self._events = 0
        self._spent, self._new_today = 0.0, 0
        self._recent: list[str] = []
        self._practised: set[date] = set()
        self.fit = Learner()

    def due(self, now: datetime) -> list[Any]:
        """Today's questions, then what is due beyond the budget."""
        self._begin(now)
        plan = plan_day(self._situation(now.date()))
        return [self._ids[task.question_id] for task in (*plan.tasks, *plan.postponed)]

    def review(self, item: Any, grade: int, now: datetime) -> None:
        """Record a graded answer; its time is what has passed since the last one."""
        key, day = str(item), now.date()
        seconds = (now - self._asked_at).total_seconds()
        card = self.cards.get(key)
        kind = answer_kind(card, day)
        if kind == "review":
            answer = Answer(key, grade, expected_recall(card, day), seconds)
            self._answers = [*self._answers[1 - RECENT_ANSWERS :], answer]
        self._events += 1
        event = ReviewEvent(self._events, kind, key, now, day, grade, topic=self.topics[key])
        self.cards[key] = self.scheduler.apply(card, event, grade)
        self._new_today += self._fresh.pop(key, None) is not None
        self._spent += seconds
        self._asked_at = now
        self._practised.add(day)
        self._recent = [*self._recent[-1:], self.topics[key]]

    def _begin(self, now: datetime) -> None:
        self._asked_at = now
        if now.date() != self._day:
            self._day, self._spent, self._new_today = now.date(), 0.0, 0
            self._recent = []
            self.fit = learner(self._answers, self._practised, self._day)

    def _situation(self, day: date) -> Situation:
        cards = list(self.cards.values())
        return Situation(
            day=day,
            due=[card for card in cards if card.due is not None and card.due <= day],
            soon=[card for card in cards if card.due is not None and day < card.due <= day + WEEK]
            if self.level
            else [],
            redrills=[card for card in cards if card.redrill and card.last_day == day],
            asked=cards,
            fresh=list(self._fresh.values()),
            questions=len(self._ids),
            seen=len(cards),
            budget_seconds=self._budget_s,
            spent_seconds=self._spent,
            new_today=self._new_today,
            new_per_day=NEW_WITHOUT_DATE,
            interviews=self._interviews,
            recent_topics=self._recent,
            after_break=after_break(self._practised, day),
            learner=self.fit,
        )
