"""What a reader finds in a foreign document, before identity, kind, topic and key points are decided."""

from dataclasses import dataclass, field
from datetime import datetime

from coach.models import KeyPoint, Kind


@dataclass(frozen=True, slots=True)
class PastReview:
    """One review that another program recorded. grade: 0..5, as SM-2 counts. seconds: time taken, if it was noted."""

    at: datetime
    grade: int
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """One question as a document gives it; what the document does not say is empty or None.

    answer: Markdown, code in fences, nothing around it.  code_blocks: as a person would count them.  line: where the
    question stands, from 1.  external_id: the code or number that the document prints.  written_id: an id in our own
    format, or one that the document promises to keep (a card's identifier).
    """

    text: str
    answer: str
    line: int
    section: str = ""
    external_id: str = ""
    written_id: str = ""
    topic: str = ""
    kind: Kind | None = None
    level: int | None = None
    code_blocks: int = 0
    key_points: tuple[KeyPoint, ...] = ()
    mistakes: tuple[str, ...] = ()
    follow_ups: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    history: tuple[PastReview, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """A document, or a part of one, that could not be read. line: from 1; 0 means the whole document."""

    path: str
    line: int
    reason: str


@dataclass(slots=True)
class Parsed:
    """What one document gave."""

    drafts: list[Draft] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
