"""Today's plan for one person: what the store knows, put before `coach.srs.queue`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import zip_longest

from coach.config import Study
from coach.models import DueItem
from coach.schedule import Schedule
from coach.srs.balance import MOST_DAYS
from coach.srs.events import ANSWERS, effective
from coach.srs.pace import RECENT_ANSWERS, Answer, measured_pace, share_of_new, stability_scale
from coach.srs.queue import DayPlan, Fresh, Learner, Situation, Task, plan_day, sweeps_on
from coach.storage import Store
from coach.storage.reviews import Reviews

FRESH_OF_TOPIC = 40  # more new questions of one topic are never planned at once
ONE_DAY = timedelta(days=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Planner:
    """Plans study days from the store, the schedule and the settings."""

    def __init__(self, store: Store, schedule: Schedule, study: Study) -> None:
        self._store, self._schedule, self._study = store, schedule, study

    def plan(self, at: datetime) -> DayPlan:
        """What to ask from now on today, and what is due beyond the budget. A day off has only what is begun."""
        return plan_day(self.situation(self._schedule.clock.day(at)))

    def due(self, at: datetime, limit: int | None = None) -> list[DueItem]:
        """Today's questions in the order to ask them."""
        return [due_item(task) for task in self.plan(at).tasks[:limit]]

    def situation(self, day: date) -> Situation:
        """Everything today's plan depends on."""
        reviews = self._store.reviews
        questions, seen = reviews.counts()
        today = [event for event, _ in effective(reviews.events_on(day)) if event.kind in ANSWERS]
        situation = Situation(
            day=day,
            due=reviews.due(day),
            soon=reviews.due_between(day + ONE_DAY, day + MOST_DAYS * ONE_DAY) if self._study.level_load else (),
            redrills=reviews.redrills(day),
            fresh=spread(reviews.fresh(FRESH_OF_TOPIC)),
            questions=questions,
            seen=seen,
            budget_seconds=0.0 if self.is_off(day) else self._study.minutes_per_day * 60.0,
            spent_seconds=sum(event.seconds or 0.0 for event in today),
            new_today=sum(event.kind == "review" and event.recall is None for event in today),
            new_per_day=self._study.new_per_day,
            interviews=reviews.interview_dates(),
            siblings=reviews.siblings(),
            asked_today=[event.question_id for event in today],
            recent_topics=[event.topic for event in today[-2:]],
            learner=learner_of(reviews),
        )
        return situation if not sweeps_on(situation) else _with_all_cards(situation, reviews)

    def is_off(self, day: date) -> bool:
        """Whether nothing is planned on this weekday."""
        return WEEKDAYS[day.weekday()] in {name[:3].lower() for name in self._study.days_off}


def latest_answers(reviews: Reviews, limit: int = RECENT_ANSWERS) -> list[Answer]:
    """The latest reviews that count, oldest first. Regrades and undos older than the window are not seen."""
    kept = [(event, grade) for event, grade in effective(reviews.newest(limit)) if event.kind == "review"]
    return [Answer(event.question_id, grade, event.recall, event.seconds) for event, grade in kept]


def learner_of(reviews: Reviews) -> Learner:
    """What the latest answers say about pace, memory and how many new questions fit in."""
    answers = latest_answers(reviews)
    return Learner(measured_pace(answers), stability_scale(answers), share_of_new(answers))


def spread(fresh: Sequence[tuple[str, str]]) -> list[Fresh]:
    """New questions in turns over their topics, within a topic in the order given."""
    by_topic: dict[str, list[Fresh]] = {}
    for question_id, topic in fresh:
        by_topic.setdefault(topic, []).append(Fresh(question_id, topic))
    return [item for turn in zip_longest(*by_topic.values()) for item in turn if item is not None]


def due_item(task: Task) -> DueItem:
    """A task in the form that screens and the machine interface show."""
    return DueItem(task.question_id, task.topic, task.due, task.overdue_days, round(task.seconds / 60, 1), task.reason)


def _with_all_cards(situation: Situation, reviews: Reviews) -> Situation:
    return replace(situation, asked=list(reviews.cards()))
