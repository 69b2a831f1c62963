"""Where a person stands: all figures of the statistics screen and of `coach stats --json`, from the database alone."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from coach.assemble import Parts
from coach.clock import utc_now
from coach.judge_report import agreement_by_month
from coach.models import Card, ReviewEvent
from coach.planning import WEEKDAYS
from coach.srs.events import ANSWERS, effective
from coach.srs.sm2 import PASS_GRADE
from coach.srs.sm2_cards import expected_recall
from coach.srs.topics import TopicAnswer, TopicModel, learn_all

FORECAST_DAYS = 30
HEAT_DAYS = 371  # 53 weeks
RECENT_DAYS = 30
GAPS = ((1, 1), (2, 3), (4, 7), (8, 14), (15, 30), (31, 60), (61, 120), (121, None))
"""Days since the last answer, in the groups of the retention curve; each about twice as long as the one before."""
CONFIDENCES = ((0, 20), (21, 40), (41, 60), (61, 80), (81, 100))

Counted = tuple[ReviewEvent, int]
"""An answer that counts, with the grade that holds."""


def statistics(parts: Parts, now: datetime | None = None) -> dict[str, Any]:
    """All figures, ready for JSON.

    day: the study day, ISO.  questions: {live, asked}.  reviews: {total, redrills, today, last_30_days}.
    streak: {days, longest}.  retention: {all, last_30_days: shares 0..1 of repeated questions that passed, None
    without any; curve: [{from_days, to_days (None: open), answers, passed, expected}]}.  forecast: {overdue,
    days: [{day, due}], 30 of them from today}.  mastery: [{topic, questions, asked, estimate, low, high (0..1, a 90 %
    range), answers, weak}] by name.  judge_agreement: see `agreement_by_month`.  calibration: [{from, to (percent),
    answers, expected, achieved (0..1)}].  time: {seconds, by_topic: {topic: seconds}, by_week: [{week (its Monday),
    seconds}]}.  days: {ISO day: answers} over the last 53 weeks.  interviews: [{day, title, days_left}].
    """
    day = parts.schedule.clock.day(now or utc_now())
    reviews = parts.store.reviews
    counted = [(event, grade) for event, grade in effective(reviews.events()) if event.kind in ANSWERS]
    cards = {card.question_id: card for card in reviews.live_cards()}
    per_day = _per_day(counted)
    return {
        "day": day.isoformat(),
        "questions": {"live": sum(parts.store.questions.topics().values()), "asked": len(cards)},
        "reviews": _reviews(counted, day),
        "streak": _streak(per_day, day, parts.config.study.days_off),
        "retention": _retention(counted, day),
        "forecast": _forecast(reviews.counts_by_due(day + timedelta(FORECAST_DAYS - 1)), day),
        "mastery": _mastery(parts, counted, cards, day),
        "judge_agreement": agreement_by_month(parts.store.attempts.cases()),
        "calibration": _calibration(parts.store.attempts.confidences()),
        "time": _time(counted),
        "days": {d.isoformat(): n for d, n in sorted(per_day.items()) if (day - d).days < HEAT_DAYS},
        "interviews": [
            {"day": entry.day.isoformat(), "title": entry.title, "days_left": (entry.day - day).days}
            for entry in reviews.interview_dates()
            if entry.day >= day
        ],
    }


def _per_day(counted: Iterable[Counted]) -> dict[date, int]:
    days: dict[date, int] = defaultdict(int)
    for event, _ in counted:
        days[event.study_day] += 1
    return days


def _reviews(counted: Sequence[Counted], day: date) -> dict[str, int]:
    return {
        "total": sum(event.kind == "review" for event, _ in counted),
        "redrills": sum(event.kind == "redrill" for event, _ in counted),
        "today": sum(event.study_day == day for event, _ in counted),
        "last_30_days": sum(0 <= (day - event.study_day).days < RECENT_DAYS for event, _ in counted),
    }


def _streak(per_day: Mapping[date, int], day: date, days_off: Sequence[str]) -> dict[str, int]:
    """Days in a row with an answer. Days off neither count nor break; today breaks nothing while it lasts."""
    off = {name[:3].lower() for name in days_off}
    run = longest = 0
    current = min(per_day, default=day)
    while current <= day:
        if per_day.get(current):
            run += 1
            longest = max(longest, run)
        elif WEEKDAYS[current.weekday()] not in off and current < day:
            run = 0
        current += timedelta(1)
    return {"days": run, "longest": longest}


def _retention(counted: Sequence[Counted], day: date) -> dict[str, Any]:
    """How often a question was still known when it came back, by the days since its last answer."""
    last: dict[str, date] = {}
    repeated: list[tuple[int, bool, float | None, date]] = []
    for event, grade in counted:
        before = last.get(event.question_id)
        if event.kind == "review" and before is not None and event.study_day > before:
            gap = (event.study_day - before).days
            repeated.append((gap, grade >= PASS_GRADE, event.recall, event.study_day))
        last[event.question_id] = event.study_day
    recent = [entry for entry in repeated if (day - entry[3]).days < RECENT_DAYS]
    return {
        "all": _share(entry[1] for entry in repeated),
        "last_30_days": _share(entry[1] for entry in recent),
        "curve": [_gap(low, high, repeated) for low, high in GAPS],
    }


def _gap(low: int, high: int | None, repeated: Sequence[tuple[int, bool, float | None, date]]) -> dict[str, Any]:
    inside = [entry for entry in repeated if low <= entry[0] and (high is None or entry[0] <= high)]
    expected = [entry[2] for entry in inside if entry[2] is not None]
    return {
        "from_days": low,
        "to_days": high,
        "answers": len(inside),
        "passed": _share(entry[1] for entry in inside),
        "expected": sum(expected) / len(expected) if expected else None,
    }


def _forecast(by_due: Mapping[date, int], day: date) -> dict[str, Any]:
    days = [day + timedelta(ahead) for ahead in range(FORECAST_DAYS)]
    return {
        "overdue": sum(count for due, count in by_due.items() if due < day),
        "days": [{"day": d.isoformat(), "due": by_due.get(d, 0)} for d in days],
    }


def _mastery(parts: Parts, counted: Sequence[Counted], cards: Mapping[str, Card], day: date) -> list[dict[str, Any]]:
    """Every topic of the bank, by name."""
    model = learn_all(
        TopicAnswer(event.topic, event.study_day, grade, event.recall)
        for event, grade in counted
        if event.kind == "review"
    )
    ids: dict[str, list[str]] = defaultdict(list)
    for question_id, topic in parts.store.questions.topic_of_live():
        ids[topic].append(question_id)
    return [_topic(model, topic, [cards.get(key) for key in ids[topic]], day) for topic in sorted(ids)]


def _topic(model: TopicModel, topic: str, cards: Sequence[Card | None], day: date) -> dict[str, Any]:
    mastery = model.mastery(topic, [expected_recall(card, day) for card in cards], day)
    return {
        "topic": topic,
        "questions": len(cards),
        "asked": sum(card is not None for card in cards),
        "estimate": mastery.estimate,
        "low": mastery.low,
        "high": mastery.high,
        "answers": mastery.answers,
        "weak": mastery.weak,
    }


def _calibration(pairs: Sequence[tuple[int, float]]) -> list[dict[str, Any]]:
    """Confidence named before the verdict beside the score reached, as shares of the full score."""
    groups = []
    for low, high in CONFIDENCES:
        inside = [(confidence, score) for confidence, score in pairs if low <= confidence <= high]
        if inside:
            expected = sum(confidence for confidence, _ in inside) / len(inside) / 100
            achieved = sum(score for _, score in inside) / len(inside) / 5
            groups.append({"from": low, "to": high, "answers": len(inside), "expected": expected, "achieved": achieved})
    return groups


def _time(counted: Sequence[Counted]) -> dict[str, Any]:
    by_topic: dict[str, float] = defaultdict(float)
    by_week: dict[date, float] = defaultdict(float)
    for event, _ in counted:
        if event.seconds:
            by_topic[event.topic] += event.seconds
            by_week[event.study_day - timedelta(event.study_day.weekday())] += event.seconds
    return {
        "seconds": sum(by_topic.values()),
        "by_topic": dict(sorted(by_topic.items())),
        "by_week": [{"week": week.isoformat(), "seconds": by_week[week]} for week in sorted(by_week)],
    }


def _share(outcomes: Iterable[bool]) -> float | None:
    found = list(outcomes)
    return sum(found) / len(found) if found else None
