"""Mock interviews: the rounds of a real hiring loop, and which questions are chosen for them.

Pure: questions and what is known about the candidate go in, a plan comes out; the same seed gives the same plan.
"""

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from random import Random
from typing import Literal

from coach.models import Kind, Question

RECENT_FACTOR = 0.15
"""A question asked in the last days is that much less likely to come again: a mock interview should surprise."""


@dataclass(frozen=True, slots=True)
class Round:
    """One round of the loop.

    competency: what it measures, in a recruiter's words.  kinds, levels: which questions fit (both ends included).
    questions: how many are asked.  minutes: for one question with its follow-ups.  follow_ups: at most, per question.
    one_topic: all questions come from the same topic.
    """

    name: str
    title: str
    competency: str
    about: str
    kinds: tuple[Kind, ...]
    levels: tuple[int, int]
    questions: int
    minutes: float
    follow_ups: int
    one_topic: bool = False

    @property
    def total_minutes(self) -> float:
        """Length of the whole round."""
        return self.questions * self.minutes


ROUNDS: tuple[Round, ...] = (
    Round(
        "phone_screen", "Phone screen", "Foundations", "short questions on basics, one follow-up each",
        ("concept",), (1, 2), 5, 3, 1,
    ),
    Round(
        "breadth", "Breadth", "Breadth", "one question from each of several topics",
        ("concept",), (2, 4), 5, 4, 1,
    ),
    Round(
        "depth", "Depth", "Depth", "one topic, until the ground is reached",
        ("concept", "coding", "system_design"), (3, 5), 3, 8, 3, one_topic=True,
    ),
    Round(
        "system_design", "System design", "System design", "one open design, discussed like with a colleague",
        ("system_design",), (3, 5), 1, 30, 3,
    ),
    Round(
        "coding", "Coding", "Coding", "write it, then defend its cost and its corners",
        ("coding",), (2, 4), 2, 15, 2,
    ),
    Round(
        "behavioral", "Behavioural", "Collaboration", "what you did, why, and what came of it",
        ("behavioral",), (1, 4), 3, 6, 2,
    ),
)  # fmt: skip
"""In the order of a loop. Lengths and counts are those of usual 30 to 45 minute rounds."""
BY_NAME = {round_.name: round_ for round_ in ROUNDS}
USUAL_ROUNDS = ("phone_screen", "breadth")
"""Names of the rounds of an interview for which none were chosen."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One question of a mock interview."""

    round: str
    question_id: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the choice takes into account.

    recent: ids asked in the last days.  importance: of a topic for the next interview, 1 if not named.
    focus: the topic of rounds with one topic; empty: one is drawn.
    """

    recent: Set[str] = frozenset()
    importance: Mapping[str, float] = field(default_factory=dict)
    focus: str = ""


def choose(rounds: Sequence[Round], questions: Sequence[Question], known: Known, seed: int) -> tuple[Planned, ...]:
    """Questions for these rounds, none of them twice, nor two that repeat each other.

    Where too few questions fit a round, its level is widened, then fewer are asked.
    """
    random = Random(seed)
    order = _surprising_order(questions, known, random)
    taken: set[str] = set()
    plan: list[Planned] = []
    for round_ in rounds:
        for question in _of_round(round_, order, taken, known.focus):
            taken.add(question.duplicate_of or question.id)
            plan.append(Planned(round_.name, question.id))
    return tuple(plan)


def _surprising_order(questions: Sequence[Question], known: Known, random: Random) -> list[Question]:
    """A random order in which important topics come early and recently asked questions late.

    Weighted sampling without replacement by keys u^(1/w) (Efraimidis and Spirakis 2006).
    """

    def key(question: Question) -> float:
        weight = max(0.01, known.importance.get(question.topic, 1.0))
        if question.id in known.recent:
            weight *= RECENT_FACTOR
        return float(random.random() ** (1 / weight))

    return sorted(questions, key=key, reverse=True)


def _of_round(round_: Round, order: Sequence[Question], taken: Set[str], focus: str) -> list[Question]:
    free = [q for q in order if q.kind in round_.kinds and (q.duplicate_of or q.id) not in taken]
    low, high = round_.levels
    fitting = [q for q in free if low <= q.level <= high]
    wider = [*fitting, *(q for q in free if q not in fitting)]
    if round_.one_topic:
        return _from_one_topic(wider, focus, round_.questions)
    return _from_many_topics(wider, round_.questions)


def _from_one_topic(order: Sequence[Question], focus: str, count: int) -> list[Question]:
    """Easiest first, as an interviewer digs. Without a focus: the first topic in the order that has enough."""
    sizes = Counter(question.topic for question in order)
    enough = (question.topic for question in order if sizes[question.topic] >= count)
    topic = focus if sizes[focus] else next(enough, order[0].topic if order else "")
    return sorted([q for q in order if q.topic == topic][:count], key=lambda question: question.level)


def _from_many_topics(order: Sequence[Question], count: int) -> list[Question]:
    """In order, but no topic a second time before every other one had its turn."""
    chosen: list[Question] = []
    used: Counter[str] = Counter()
    seen: set[str] = set()
    left = list(order)
    while left and len(chosen) < count:
        fewest = min(used[question.topic] for question in left)
        best = next(question for question in left if used[question.topic] == fewest)
        left.remove(best)
        name = best.duplicate_of or best.id
        if name not in seen:
            chosen.append(best)
            seen.add(name)
            used[best.topic] += 1
    return chosen


TimeState = Literal["on time", "last minute", "over"]


@dataclass(frozen=True, slots=True)
class Timer:
    """The clock of one question: it warns, it never cuts anybody off.  allowed_seconds > 0."""

    allowed_seconds: float

    def state(self, used_seconds: float) -> TimeState:
        """Where one is: the last minute (or the last fifth of a short question) is announced."""
        left = self.allowed_seconds - used_seconds
        if left < 0:
            return "over"
        return "last minute" if left <= min(60.0, self.allowed_seconds / 5) else "on time"

    def text(self, used_seconds: float) -> str:
        """Minutes and seconds left, or how far over, e.g. "2:05 left", "0:31 over"."""
        left = self.allowed_seconds - used_seconds
        minutes, seconds = divmod(int(abs(left)), 60)
        return f"{minutes}:{seconds:02d} {'left' if left >= 0 else 'over'}"


def rounds_named(names: Sequence[str]) -> list[Round]:
    """Rounds in the order of the loop; none named: all. Raises ValueError for an unknown name."""
    unknown = [name for name in names if name not in BY_NAME]
    if unknown:
        raise ValueError(f"there is no round {unknown[0]!r}; rounds are {', '.join(BY_NAME)}")
    return [round_ for round_ in ROUNDS if not names or round_.name in names]
