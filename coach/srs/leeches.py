"""Questions that cost much and stay little: flagged early, with a proposal. Nothing is hidden or suspended silently."""

from dataclasses import dataclass

from coach.models import Card
from coach.srs.sm2 import EF_MIN

LAPSES, FLOOR_HITS = 4, 2

PROPOSALS = {
    "split": "Its answer may hold too much at once: split it into smaller questions.",
    "prerequisite": "Something it builds on may be missing: learn that first.",
    "reword": "The question may be ambiguous: reword it, or give it another example.",
}


@dataclass(frozen=True, slots=True)
class Leech:
    """A flagged question. why: what was counted; proposal: a key of PROPOSALS."""

    question_id: str
    why: str
    proposal: str

    @property
    def advice(self) -> str:
        """The proposal as a sentence."""
        return PROPOSALS[self.proposal]


def leech(card: Card, key_points: int = 0, topic_weak: bool = False) -> Leech | None:
    """Flag a question forgotten four times, or twice as hard as SM-2 can say (EF 1.30); else None.

    key_points: of the question, to propose a split; topic_weak: to propose what it builds on.
    """
    if card.lapses >= LAPSES:
        why = f"forgotten {card.lapses} times"
    elif card.floor_hits >= FLOOR_HITS:
        why = f"easiness at {EF_MIN / 100:.2f} after {card.floor_hits} reviews"
    else:
        return None
    proposal = "split" if key_points >= 5 else "prerequisite" if topic_weak else "reword"
    return Leech(card.question_id, why, proposal)
