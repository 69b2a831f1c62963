"""FSRS-6 as a scheduler over the same log, on whole study days.

Differences from the package `fsrs` are in time alone: it counts elapsed days as whole spans of 24 hours, so an answer
at 9 in the evening and the next one at 8 in the morning count as the same day. Here a day is a study day. Stability and
difficulty are those of the package at such times (tested to 1e-9). There are no steps of minutes: a question graded
below 4 is repeated the same day, as with SM-2.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from coach.models import Card, ReviewEvent
from coach.srs.memory import Memory
from coach.srs.sm2 import MAX_INTERVAL_DAYS, due_date
from coach.srs.sm2_cards import Sm2Scheduler, next_trace

PROFILE = "fsrs-6"
RETENTION = 0.9


class FsrsScheduler:
    """Schedules a question for the day its expected recall falls to `retention` (`coach.srs.events.CardScheduler`).

    Repetitions and easiness factor go on as under SM-2, so that a question hard to learn is noticed under both.
    """

    profile = PROFILE

    def __init__(
        self,
        memory: Memory | None = None,
        retention: float = RETENTION,
        max_interval_days: int | None = MAX_INTERVAL_DAYS,
    ) -> None:
        if not 0.5 <= retention <= 0.99:
            raise ValueError(f"retention is 0.5 .. 0.99, not {retention!r}")
        self.memory = memory or Memory()
        self._retention = retention
        self._max_interval_days = max_interval_days
        self._sm2 = Sm2Scheduler(None)

    def apply(self, card: Card | None, event: ReviewEvent, grade: int) -> Card:
        """The card after one answer."""
        trace = next_trace(card, event, grade, self.memory)
        moved = self._sm2.apply(card, event, grade)
        return self._dated(replace(moved, stability=trace.stability, difficulty=trace.difficulty))

    def adopt(self, event: ReviewEvent) -> Card:
        """The card of an imported schedule, with the date it had there."""
        return replace(self._sm2.adopt(event), profile=self.profile)

    def _dated(self, card: Card) -> Card:
        days = max(1, round(self.memory.interval(card.stability or 0.0, self._retention)))
        if self._max_interval_days is not None:
            days = min(days, self._max_interval_days)
        return replace(card, interval_days=days, due=due_date(card.last_day, days), profile=self.profile)


def replay_states(events: Sequence[tuple[date, int, str]]) -> list[dict[str, Any]]:
    """The state after every (day, grade, kind), in the form of `coach srs replay --scheduler fsrs`."""
    scheduler, card, states = FsrsScheduler(max_interval_days=None), None, []
    for number, (day, grade, kind) in enumerate(events, start=1):
        at = datetime(day.year, day.month, day.day, tzinfo=UTC)
        event = ReviewEvent(number, "redrill" if kind == "redrill" else "review", "", at, day, grade)
        card = scheduler.apply(card, event, grade)
        states.append(
            {
                "n": card.repetitions,
                "interval": card.interval_days,
                "ef": None,
                "due": card.due.isoformat() if card.due else None,
                "redrill": card.redrill,
                "stability": card.stability,
                "difficulty": card.difficulty,
            }
        )
    return states
