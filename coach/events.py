"""What happens in a conversation, one record an event, in the order in which a front end shows them."""

from dataclasses import dataclass
from typing import Literal

from coach.models import Judgement, Turn


@dataclass(frozen=True, slots=True)
class Working:
    """Something slow begins. what: "judging", "wording"."""

    what: str


@dataclass(frozen=True, slots=True)
class Judged:
    """Verdicts so far; target: the point a follow-up was judged on, None for the first answer."""

    judgement: Judgement
    target: int | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """Generated text as it streams; the `Said` that follows carries the definitive wording."""

    text: str
    kind: Literal["acknowledgement", "followup"]


@dataclass(frozen=True, slots=True)
class Said:
    """A coach turn, checked and saved."""

    turn: Turn


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the person should know, e.g. that old turns were replaced to fit the model's window."""

    text: str


@dataclass(frozen=True, slots=True)
class Concluded:
    """The attempt is judged; the grade waits for the schedule (or for the person when it is not sure)."""

    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Ungraded:
    """The judge failed: nothing is scheduled; retry or self-grade. What was judged before stays in the attempt."""

    reason: str
    hint: str


Event = Working | Judged | Piece | Said | Notice | Concluded | Ungraded
