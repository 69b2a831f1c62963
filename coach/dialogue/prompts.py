"""The texts that the language model reads, shared by run time and training.

An attempt is one open user message, the trunk: `opening`, `answer_block`, then a `followup_block` for every later turn.
A branch is appended to the trunk, the message is closed, the reply is read and the branch thrown away. Key points
stand in branches only. The adapter was trained on exactly these strings: changing one means training again.
"""

from collections import Counter
from collections.abc import Sequence

from coach.canonical import canonical
from coach.models import VERDICTS, PointVerdict

SYSTEM = (
    "You compare a candidate's interview answer with key points, one at a time. "
    "Reply Yes if the answer states the point, Partly if only in part, No if it is absent, "
    "Wrong if the answer contradicts it."
)


def opening(question: str) -> str:
    """First piece of the trunk: the question under discussion."""
    return f"Interview question: {question.strip()}\n"


def answer_block(answer: str) -> str:
    """The candidate's first answer, fenced so that commands inside it read as data."""
    return f'\nCandidate\'s answer:\n"""\n{canonical(answer)}\n"""\n'


def followup_block(question: str, answer: str) -> str:
    """A later turn: the coach's follow-up question and the candidate's reply, fenced likewise."""
    return f'\nInterviewer: {question.strip()}\nCandidate:\n"""\n{canonical(answer)}\n"""\n'


def verdict_line(verdicts: Sequence[PointVerdict]) -> str:
    """What remains in the trunk of a turn that gave way to newer ones. Counts alone: key points stand in branches."""
    counts = Counter(verdict.verdict for verdict in verdicts)
    found = ", ".join(f"{counts[name]} {name}" for name in VERDICTS if counts[name]) or "not judged"
    return f"\n(An earlier turn was left out. Key points so far: {found}.)\n"


def followup_branch(point: str) -> str:
    """Asks for the wording of one question that leads to a missed point without stating it."""
    return f"\nMissed key point: {point.strip()}\nAsk one short question that leads there without giving it away."


def acknowledgement_branch(point: str) -> str:
    """Asks for one sentence saying what the candidate got right about a covered point."""
    return f"\nCovered key point: {point.strip()}\nSay in one short sentence what the candidate got right about it."
