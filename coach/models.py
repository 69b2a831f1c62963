"""The records that travel between packages: frozen, plain, free of I/O.

The word "model" for a language model is written `LanguageModel` (`coach.ports`); a sentence encoder is an `Embedder`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

Kind = Literal["concept", "coding", "system_design", "behavioral"]
KINDS: tuple[Kind, ...] = ("concept", "coding", "system_design", "behavioral")
VerdictName = Literal["covered", "partial", "missing", "contradicted"]
VERDICTS: tuple[VerdictName, ...] = ("covered", "partial", "missing", "contradicted")


@dataclass(frozen=True, slots=True)
class KeyPoint:
    """One atomic statement that a complete answer contains.

    weight: 1 (nice to have) .. 3 (essential).  probe: a question leading to the point without telling it, or None.
    derived: made from the model answer by the program, not written by a person.
    """

    text: str
    weight: int = 2
    probe: str | None = None
    derived: bool = False

    def __post_init__(self) -> None:
        if self.weight not in (1, 2, 3):
            raise ValueError(f"weight of a key point is 1, 2 or 3, not {self.weight!r}")


@dataclass(frozen=True, slots=True)
class Question:
    """One interview question with its model answer.

    level: 1 (screening) .. 5 (principal).  source: path of the file it came from, `corpus/<topic>/<name>.md` for the
    shipped bank.  external_id: the id or number the source printed, if any.  duplicate_of: id of a question that a
    person would call the same, or None.
    """

    id: str
    text: str
    answer: str
    topic: str
    kind: Kind = "concept"
    level: int = 3
    key_points: tuple[KeyPoint, ...] = ()
    mistakes: tuple[str, ...] = ()
    follow_ups: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    collection: str = "bank"
    source: str = ""
    section: str = ""
    external_id: str = ""
    code_blocks: int = 0
    duplicate_of: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.level <= 5:
            raise ValueError(f"level of a question is 1..5, not {self.level!r}")
        if self.kind not in KINDS:
            raise ValueError(f"kind of a question is one of {KINDS}, not {self.kind!r}")


@dataclass(frozen=True, slots=True)
class Span:
    """A quote: code points `start`..`end` (end exclusive) of the text it was taken from."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class PointVerdict:
    """What the judge says about one key point.

    probability: 0..1, of the verdict named.  credit_expected: -1..1, what the score is computed from: near 1 covered,
    0.5 partial, 0 missing, negative contradicted.  evidence: the candidate's own words; present for every covered or
    contradicted point.  variance: 0..0.25, of the credit while the verdict hangs in the balance.
    """

    point: KeyPoint
    verdict: VerdictName
    probability: float
    credit_expected: float
    evidence: Span | None = None
    prompted: bool = False  # reached only after a follow-up
    variance: float = 0.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """All verdicts on one answer and the number computed from them.

    score: 0..5.  grade: 0..5, what SM-2 takes.  sure: False when a person should confirm the grade.
    judge: name of the judge, e.g. "semantic" or "semantic+smollm2-135m".  cited: ids of passages judged against.
    complete: False when a later reply could not be judged; the verdicts stand, score and grade count for nothing.
    """

    points: tuple[PointVerdict, ...]
    score: float
    grade: int
    sure: bool
    judge: str
    seconds: float = 0.0
    cited: tuple[int, ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk of a model answer or document, the unit of retrieval."""

    id: int
    question_id: str
    text: str
    view: Literal["question", "answer", "point"] = "answer"


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One question found, with its best passage.  score: larger is better, comparable within one query only."""

    question_id: str
    score: float
    passage: str
    passage_id: int | None = None


Speaker = Literal["coach", "candidate"]
TurnKind = Literal["question", "answer", "followup", "followup_answer", "deepening", "hint", "acknowledgement", "note"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing said in an attempt.  target: index of the key point a follow-up aims at."""

    speaker: Speaker
    kind: TurnKind
    text: str
    at: datetime
    target: int | None = None
    origin: Literal["authored", "model", "rule", "person"] = "person"


AttemptState = Literal["asked", "answered", "following_up", "judged", "not_graded", "closed", "abandoned"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One question with all its turns.  judgement: what was judged so far, None while nothing is."""

    id: int
    question_id: str
    state: AttemptState
    turns: tuple[Turn, ...] = ()
    judgement: Judgement | None = None
    hints: int = 0
    confidence: int | None = None  # 0..100, asked before the verdict

    @property
    def graded(self) -> Judgement | None:
        """The judgement if a grade may rest on it: None while nothing, or not every reply, could be judged."""
        return self.judgement if self.judgement and self.judgement.complete else None


@dataclass(frozen=True, slots=True)
class DueItem:
    """A question that the schedule wants today.  minutes: expected time, from measured times."""

    question_id: str
    topic: str
    due: date | None
    overdue_days: int
    minutes: float
    reason: str = ""


ReviewEventKind = Literal["review", "redrill", "regrade", "override", "undo", "redo", "baseline"]


@dataclass(frozen=True, slots=True)
class ReviewEvent:
    """One line of the append-only review log, from which every schedule can be computed again.

    id: grows with time; 0 before it is stored.  grade: 0..5 for review, redrill, regrade (judged again) and override
    (by the person), else None.  target_id: the event that a regrade, override, undo or redo is about.  zone: IANA name;
    with at (UTC) and rollover_hour it explains study_day.  profile: which scheduler set the date then.  seconds: time
    taken, None if not measured.  data: JSON of what only a baseline (an imported schedule) needs.
    """

    id: int
    kind: ReviewEventKind
    question_id: str
    at: datetime
    study_day: date
    grade: int | None = None
    target_id: int | None = None
    topic: str = ""
    zone: str = "UTC"
    rollover_hour: int = 4
    profile: str = "prose"
    recall: float | None = None
    seconds: float | None = None
    attempt_id: int | None = None
    data: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """The schedule of one question that was asked at least once: a cache of what replaying its log gives.

    repetitions, interval_days, ef_hundredths, due, redrill: as in SM-2; due is None past the year 9999.  redrill: to be
    repeated on last_day until graded 4 or better.  lapses: times forgotten after a pass.  floor_hits: reviews that left
    the easiness factor at 1.30.  stability (days until recall is down to 0.9), difficulty (1..10): an estimate of the
    memory, by which FSRS schedules and SM-2 does not.
    """

    question_id: str
    topic: str
    repetitions: int
    interval_days: int
    ef_hundredths: int
    due: date | None
    redrill: bool
    last_day: date
    last_grade: int
    reviews: int
    lapses: int
    floor_hits: int
    last_event_id: int
    profile: str = "prose"
    stability: float | None = None
    difficulty: float | None = None


@dataclass(frozen=True, slots=True)
class InterviewDate:
    """A day to be ready for.  since: study day it was entered.  weights: importance by topic, 1 if not named."""

    day: date
    since: date
    title: str = ""
    weights: Mapping[str, float] = field(default_factory=dict)


def weight_total(points: Sequence[KeyPoint]) -> int:
    """Sum of the weights; 0 for no points."""
    return sum(point.weight for point in points)
