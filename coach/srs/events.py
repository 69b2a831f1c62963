"""The review log: what its lines mean together, and the cards that follow from it.

The log is only ever appended to. A regrade or override gives an earlier answer another grade, an undo takes an earlier
line out of the account, a redo takes it back in. A card is what remains when the answers of one question, with the
grades that hold in the end, are given to a scheduler in the order of the log.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Protocol

from coach.models import Card, ReviewEvent, ReviewEventKind
from coach.srs.sm2 import check_grade

ANSWERS = ("review", "redrill")
GRADINGS = ("regrade", "override")
UNDOABLE = ANSWERS + GRADINGS


class CardScheduler(Protocol):
    """A scheduling algorithm over cards."""

    profile: str

    def apply(self, card: Card | None, event: ReviewEvent, grade: int) -> Card:
        """The card after the answer `event` counted with `grade`; `card` is None before the first answer."""
        ...

    def adopt(self, event: ReviewEvent) -> Card:
        """The card that a baseline (an imported schedule) describes."""
        ...


def answer_kind(card: Card | None, day: date) -> ReviewEventKind:
    """Return "review" for the first answer to a question on a study day, "redrill" for every further one.

    A day before that of the last review (a clock set back, a flight west) is no new day either: the answer is kept in
    the log, and the schedule does not move twice.
    """
    return "redrill" if card is not None and day <= card.last_day else "review"


def undone_ids(events: Iterable[ReviewEvent]) -> set[int]:
    """Ids of the lines that an undo took out and no redo brought back."""
    undone: set[int] = set()
    for event in events:
        if event.kind == "undo" and event.target_id is not None:
            undone.add(event.target_id)
        elif event.kind == "redo" and event.target_id is not None:
            undone.discard(event.target_id)
    return undone


def effective(events: Iterable[ReviewEvent]) -> Iterator[tuple[ReviewEvent, int]]:
    """The answers (and baselines) that count, in order, each with the grade that holds in the end.

    events: in the order of the log; of one question or of many.  A baseline comes with grade -1.
    """
    events = list(events)
    undone = undone_ids(events)
    grades = {
        event.target_id: check_grade(event.grade)
        for event in events
        if event.kind in GRADINGS and event.id not in undone
    }
    for event in events:
        if event.id in undone:
            continue
        if event.kind == "baseline":
            yield event, -1
        elif event.kind in ANSWERS:
            yield event, grades.get(event.id, check_grade(event.grade))


def replay(events: Iterable[ReviewEvent], scheduler: CardScheduler) -> dict[str, Card]:
    """The card of every question in the log, by question id; a question whose answers were all undone has none."""
    cards: dict[str, Card] = {}
    for event, grade in effective(events):
        if event.kind == "baseline":
            cards[event.question_id] = scheduler.adopt(event)
        else:
            cards[event.question_id] = scheduler.apply(cards.get(event.question_id), event, grade)
    return cards


def to_undo(newest_first: Iterable[ReviewEvent]) -> ReviewEvent | None:
    """The latest line that still counts, None if nothing is left to undo.  Reads no further back than it must."""
    settled: dict[int | None, str] = {}
    for event in newest_first:
        if event.kind in ("undo", "redo"):
            settled.setdefault(event.target_id, event.kind)
        elif event.kind in UNDOABLE and settled.get(event.id) != "undo":
            return event
    return None


def to_redo(newest_first: Iterable[ReviewEvent]) -> int | None:
    """Id of the line that a redo brings back, None if nothing was undone since the last new line."""
    settled: set[int | None] = set()
    for event in newest_first:
        if event.kind == "redo":
            settled.add(event.target_id)
        elif event.kind == "undo" and event.target_id not in settled:
            return event.target_id
        elif event.kind in UNDOABLE:
            return None
    return None
