"""SM-2 over cards: what the product keeps for a question, moved by `coach.srs.sm2`."""

import json
from datetime import date

from coach.models import Card, ReviewEvent
from coach.srs import sm2
from coach.srs.memory import Memory, Trace, trace_after

DEFAULT_MEMORY = Memory()
ADOPTED_DIFFICULTY = 5.0  # the middle of 1..10: an imported schedule does not tell


class Sm2Scheduler:
    """The default scheduler (`coach.srs.events.CardScheduler`)."""

    profile = sm2.PROFILE

    def __init__(self, max_interval_days: int | None = sm2.MAX_INTERVAL_DAYS) -> None:
        self._max_interval_days = max_interval_days

    def apply(self, card: Card | None, event: ReviewEvent, grade: int) -> Card:
        """The card after one answer."""
        before = state_of(card)
        if event.kind == "redrill" and card is not None:
            return _card(card, event, sm2.redrill(before, grade), grade, counts=False)
        return _card(
            card, event, sm2.review(before, grade, event.study_day, self._max_interval_days), grade, counts=True
        )

    def adopt(self, event: ReviewEvent) -> Card:
        """The card of an imported schedule: data holds n, interval, ef (hundredths), due, lapses, reviews."""
        data = json.loads(event.data)
        return Card(
            question_id=event.question_id,
            topic=event.topic,
            repetitions=data["n"],
            interval_days=data["interval"],
            ef_hundredths=max(sm2.EF_MIN, data["ef"]),
            due=date.fromisoformat(data["due"]) if data["due"] else None,
            redrill=False,
            last_day=event.study_day,
            last_grade=data.get("grade", 4),
            reviews=data.get("reviews", 0),
            lapses=data.get("lapses", 0),
            floor_hits=0,
            last_event_id=event.id,
            profile=self.profile,
            stability=max(1.0, float(data["interval"])),  # SM-2 asks again when about nine in ten are remembered
            difficulty=ADOPTED_DIFFICULTY,
        )


def state_of(card: Card | None) -> sm2.Sm2State:
    """The SM-2 part of a card; a question without a card is new."""
    if card is None:
        return sm2.NEW
    return sm2.Sm2State(card.repetitions, card.interval_days, card.ef_hundredths, card.due, card.redrill)


def trace_of(card: Card | None) -> Trace | None:
    """The memory estimate of a card, None for a question never asked."""
    if card is None or card.stability is None or card.difficulty is None:
        return None
    return Trace(card.stability, card.difficulty)


def expected_recall(card: Card | None, day: date, memory: Memory = DEFAULT_MEMORY) -> float | None:
    """Chance of recall on a study day by the memory estimate, 0..1; None for a question never asked."""
    trace = trace_of(card)
    if card is None or trace is None:
        return None
    return memory.recall(trace.stability, max(0, (day - card.last_day).days))


def next_trace(card: Card | None, event: ReviewEvent, grade: int, memory: Memory = DEFAULT_MEMORY) -> Trace:
    """The memory estimate after an answer, on whole study days."""
    elapsed = (event.study_day - card.last_day).days if card else 0
    return trace_after(memory, trace_of(card), grade, elapsed)


def _card(card: Card | None, event: ReviewEvent, state: sm2.Sm2State, grade: int, *, counts: bool) -> Card:
    lapsed = counts and grade < sm2.PASS_GRADE and card is not None and card.repetitions > 0
    at_floor = counts and state.ef_hundredths == sm2.EF_MIN
    trace = next_trace(card, event, grade)
    return Card(
        question_id=event.question_id,
        topic=event.topic or (card.topic if card else ""),
        repetitions=state.repetitions,
        interval_days=state.interval_days,
        ef_hundredths=state.ef_hundredths,
        due=state.due,
        redrill=state.redrill,
        last_day=event.study_day if counts or card is None else card.last_day,
        last_grade=grade,
        reviews=(card.reviews if card else 0) + counts,
        lapses=(card.lapses if card else 0) + lapsed,
        floor_hits=(card.floor_hits if card else 0) + at_floor,
        last_event_id=event.id,
        profile=Sm2Scheduler.profile,
        stability=trace.stability,
        difficulty=trace.difficulty,
    )
