"""Today's plan for one person: what the store knows, put before `coach.srs.queue`."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import zip_longest

from coach.config import Study
from coach.errors import CoachError
from coach.models import DueItem, InterviewDate, Question
from coach.schedule import CARDS_PROFILE, FSRS_PARAMETERS, Schedule
from coach.srs.balance import MOST_DAYS
from coach.srs.events import ANSWERS, effective
from coach.srs.forecast import DayLoad, Readiness, forecast, readiness
from coach.srs.fsrs_fit import Fit, fit
from coach.srs.leeches import Leech, leech
from coach.srs.pace import RECENT_ANSWERS, Answer, Learner, after_break, learner
from coach.srs.queue import DayPlan, Fresh, Situation, Task, plan_day, sweeps_on
from coach.srs.topics import TopicAnswer, TopicModel, learn_all, topic_cards, weak_topics_due
from coach.storage import Store
from coach.storage.reviews import Reviews

TOPIC_LINES = 2000  # lines of the log that topics are judged by
FRESH_OF_TOPIC = 40  # more new questions of one topic are never planned at once
ONE_DAY, MONTH = timedelta(days=1), timedelta(days=30)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Planner:
    """Plans study days from the store, the schedule and the settings."""

    def __init__(self, store: Store, schedule: Schedule, study: Study) -> None:
        self._store, self._schedule, self._study = store, schedule, study

    def plan(self, at: datetime) -> DayPlan:
        """What to ask from now on today, and what is due beyond the budget: all of it on a day off."""
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
            weak_topics=weak_topics(reviews, day),
            after_break=after_break(reviews.days_practised(day - MONTH), day),
            asked_today=[event.question_id for event in today],
            recent_topics=[event.topic for event in today[-2:]],
            learner=learner_of(reviews, day),
        )
        return situation if not sweeps_on(situation) else _with_all_cards(situation, reviews)

    def forecast(self, at: datetime, days: int = 14) -> list[DayLoad]:
        """Questions and minutes of the coming days, by the schedule as it stands."""
        day = self._schedule.clock.day(at)
        counts = self._store.reviews.counts_by_due(day + (days - 1) * ONE_DAY)
        return forecast(counts, day, days, learner_of(self._store.reviews, day).pace)

    def readiness(self, at: datetime) -> list[Readiness]:
        """How ready the person is for each interview to come, if practice goes on and if it ended today."""
        day, reviews = self._schedule.clock.day(at), self._store.reviews
        coming = [interview for interview in reviews.interview_dates() if interview.day >= day]
        if not coming:
            return []
        cards = {card.question_id: card for card in reviews.live_cards()}
        unseen = [topic for key, topic in self._store.questions.topic_of_live() if key not in cards]
        who, budget = learner_of(reviews, day), self._study.minutes_per_day * 60.0
        usual = budget * who.practised_share
        return [readiness(cards.values(), unseen, day, interview, usual, who) for interview in coming]

    def leeches(self, at: datetime) -> list[Leech]:
        """Questions that do not stick, each with a proposal."""
        model = topic_model(self._store.reviews)
        day = self._schedule.clock.day(at)
        flagged = {card.question_id: card for card in self._store.reviews.live_cards() if leech(card) is not None}
        points = {question.id: len(question.key_points) for question in self._store.questions.many(list(flagged))}
        found = (leech(card, points.get(key, 0), model.is_weak(card.topic, day)) for key, card in flagged.items())
        return [item for item in found if item is not None]

    def leech(self, question: Question, at: datetime) -> Leech | None:
        """Whether one question does not stick, with a proposal; None if it does or was never asked."""
        card = self._store.reviews.card(question.id)
        if card is None or leech(card) is None:
            return None
        weak = topic_model(self._store.reviews).is_weak(card.topic, self._schedule.clock.day(at))
        return leech(card, len(question.key_points), weak)

    def add_interview(
        self, day: date, at: datetime, title: str = "", weights: Mapping[str, float] | None = None
    ) -> InterviewDate:
        """Enter a date to be ready for, or change the one on that day. Raises CoachError if it is not to come."""
        today = self._schedule.clock.day(at)
        if day <= today:
            raise CoachError(f"{day} is not to come.", "Give a day after today.")
        if any(not (topic and 0 <= value < math.inf) for topic, value in (weights or {}).items()):
            raise CoachError("The weight of a topic is a number from 0 on.", "For example --weight language-models=2.")
        before = {entry.day: entry for entry in self._store.reviews.interview_dates()}.get(day)
        entered = InterviewDate(day, before.since if before else today, title, dict(weights or {}))
        self._store.reviews.set_interview_date(entered)
        return entered

    def forget_interview(self, day: date) -> None:
        """Take a date back; the ordinary schedule goes on."""
        self._store.reviews.delete_interview_date(day)

    def is_off(self, day: date) -> bool:
        """Whether nothing is planned on this weekday."""
        return WEEKDAYS[day.weekday()] in {name[:3].lower() for name in self._study.days_off}


def latest_answers(reviews: Reviews, limit: int = RECENT_ANSWERS) -> list[Answer]:
    """The latest reviews that count, oldest first. Regrades and undos older than the window are not seen."""
    kept = [(event, grade) for event, grade in effective(reviews.newest(limit)) if event.kind == "review"]
    return [Answer(event.question_id, grade, event.recall, event.seconds) for event, grade in kept]


def topic_answers(reviews: Reviews) -> list[TopicAnswer]:
    """The latest reviews that count, as topics are judged by them."""
    counted = [(event, grade) for event, grade in effective(reviews.newest(TOPIC_LINES)) if event.kind == "review"]
    return [TopicAnswer(event.topic, event.study_day, grade, event.recall) for event, grade in counted]


def topic_model(reviews: Reviews) -> TopicModel:
    """Abilities by topic from the latest answers."""
    return learn_all(topic_answers(reviews))


def weak_topics(reviews: Reviews, day: date) -> list[str]:
    """Weak topics whose own card is due, from the latest answers."""
    answers = topic_answers(reviews)
    return weak_topics_due(learn_all(answers), topic_cards(answers), day)


def learner_of(reviews: Reviews, day: date) -> Learner:
    """What the latest answers and study days say about the learner."""
    return learner(latest_answers(reviews), reviews.days_practised(day - MONTH), day)


def optimise(store: Store) -> Fit | None:
    """Fit FSRS to this home's history and keep the parameters if they are accepted; None with too little history."""
    histories: dict[str, list[tuple[date, int]]] = {}
    for event, grade in effective(store.reviews.events()):
        if event.kind in ANSWERS:
            histories.setdefault(event.question_id, []).append((event.study_day, grade))
    fitted = fit(list(histories.values()))
    if fitted is not None and fitted.accepted:
        store.attempts.set_setting(FSRS_PARAMETERS, list(fitted.parameters))
        store.attempts.set_setting(CARDS_PROFILE, "")  # dates set with other parameters are computed again
    return fitted


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
    return replace(situation, asked=list(reviews.live_cards()))
