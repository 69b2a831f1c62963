"""How a date came about: the steps of SM-2, one sentence per answer."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from coach.models import Card, ReviewEvent
from coach.srs import sm2
from coach.srs.events import CardScheduler


@dataclass(frozen=True, slots=True)
class Step:
    """One answer, the card after it, and why it moved as it did."""

    event: ReviewEvent
    grade: int
    card: Card
    reason: str


def explain(answers: Iterable[tuple[ReviewEvent, int]], scheduler: CardScheduler) -> Iterator[Step]:
    """The steps from the answers of one question that count (`coach.srs.events.effective`)."""
    card: Card | None = None
    for event, grade in answers:
        if event.kind == "baseline":
            after, reason = scheduler.adopt(event), "taken over from an imported schedule"
        else:
            after = scheduler.apply(card, event, grade)
            reason = _reason(card, event, grade, after)
        yield Step(event, grade, after, reason)
        card = after


def _reason(before: Card | None, event: ReviewEvent, grade: int, after: Card) -> str:
    if event.kind == "redrill":
        done = "done for today" if not after.redrill else "once more today"
        moved = before is not None and before.due != after.due  # under FSRS
        return f"repetition on the same day, the date {'follows the memory estimate' if moved else 'stays'}; {done}"
    if after.profile != sm2.PROFILE:
        return f"expected recall falls to the wanted level after {after.interval_days} days"
    if grade < sm2.PASS_GRADE:
        return "below 3: learnt anew from tomorrow, easiness unchanged"
    ef = f"{after.ef_hundredths / 100:.2f}"
    if after.repetitions <= 2:
        ordinal, days = ("first", "1 day") if after.repetitions == 1 else ("second", "6 days")
        return f"{ordinal} pass in a row: {days}; easiness now {ef}"
    last = before.interval_days if before else 0
    capped = " (the longest allowed)" if after.interval_days == sm2.MAX_INTERVAL_DAYS else ""
    return f"{last} days x easiness {ef}, rounded up: {after.interval_days} days{capped}"
