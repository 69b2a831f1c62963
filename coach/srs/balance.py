"""Levelling the load of days: a question with a long interval may be asked a little before or after its date.

The date itself, which SM-2 set, is not touched; only the day the question is planned for moves, by at most a tenth
of the interval and a week. The result depends on nothing but the cards and the day.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from coach.models import Card

SLACK_OF_INTERVAL = 0.1
MOST_DAYS = 7


def slack_days(card: Card) -> int:
    """How far the planned day may lie from the due date, in days."""
    return min(MOST_DAYS, int(SLACK_OF_INTERVAL * card.interval_days))


def planned_days(cards: Iterable[Card], day: date, load: Mapping[date, int] | None = None) -> dict[str, date]:
    """The day each card is planned for, from `day` on, by question id; overdue cards are planned for `day`.

    cards: those with a due date.  load: questions already planned by day.  Cards without slack are placed first, the
    others in the order of their dates, each on the least loaded day of its window, the nearest of equals.
    """
    loads = dict(load or {})
    planned: dict[str, date] = {}
    for fixed, due, question_id, slack in sorted(_placeable(cards, day)):
        best = due if fixed == 0 else _least_loaded(due, slack, day, loads)
        loads[best] = loads.get(best, 0) + 1
        planned[question_id] = best
    return planned


def _placeable(cards: Iterable[Card], day: date) -> Iterator[tuple[int, date, str, int]]:
    for card in cards:
        if card.due is not None:
            slack = slack_days(card)
            movable = int(slack > 0 and card.due >= day)
            yield movable, max(card.due, day), card.question_id, slack


def _least_loaded(due: date, slack: int, day: date, loads: Mapping[date, int]) -> date:
    window = [due + timedelta(days=shift) for shift in range(-slack, slack + 1)]
    allowed = [candidate for candidate in window if candidate >= day] or [day]
    return min(allowed, key=lambda candidate: (loads.get(candidate, 0), abs((candidate - due).days), candidate))
