"""Wording through the trunk: generators that yield text as it streams and return the sentence that passed."""

from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from coach.dialogue import prompts, wording
from coach.dialogue.wording import Wording
from coach.errors import LlmUnavailable, Stopped
from coach.models import KeyPoint, PointVerdict, Question
from coach.ports import LanguageModel, Trunk

FOLLOW_UP_TOKENS = 48
ACKNOWLEDGEMENT_TOKENS = 40
T = TypeVar("T")
Wordings = Generator[str, None, Wording]


def follow_up(
    trunk: Trunk | None,
    question: Question,
    verdict: PointVerdict,
    *,
    said: str,
    earlier: Sequence[str] = (),
    prefer_model: bool = False,
    drafts: Sequence[str] = (),
) -> Wordings:
    """Word the follow-up to one point that is not covered.

    The authored probe comes first unless `prefer_model` (the model earned it by beating authored ones); without a
    probe the model words it; what fails a check is replaced by the probe or a neutral question. A false statement is
    quoted.
    said: everything the candidate said.  earlier: follow-ups already asked.  drafts: see `Trunk.stream`.
    """
    point, known = verdict.point, f"{question.text}\n{said}"
    probe = Wording(point.probe, "authored") if point.probe and point.probe not in earlier else None
    chosen = probe or wording.neutral_follow_up(question, point, known)
    if trunk is not None and asks_model(point, earlier, prefer_model=prefer_model):
        branch = prompts.followup_branch(point.text)
        text = yield from generated(trunk, branch, FOLLOW_UP_TOKENS, [point.probe or "", *drafts])
        if wording.fault_of_follow_up(text, point.text, known, earlier) is None:
            chosen = Wording(text, "model")
    if verdict.verdict == "contradicted" and verdict.evidence:
        return Wording(wording.challenge(verdict.evidence.text, chosen.text), chosen.origin)
    return chosen


def asks_model(point: KeyPoint, earlier: Sequence[str], *, prefer_model: bool) -> bool:
    """Whether `follow_up` lets the model word its question; else it needs no trunk."""
    return prefer_model or not point.probe or point.probe in earlier


def acknowledgement(
    trunk: Trunk | None,
    gained: PointVerdict | None,
    verdicts: Sequence[PointVerdict],
    *,
    said: str,
    earlier: Collection[str] = (),
) -> Wordings:
    """One sentence on what was right; by the model when `trunk` is given and its sentence passes the checks.

    gained: the point to speak of, None when nothing new was covered.  verdicts: on the points just answered.
    earlier: what the coach said before.
    """
    evidence = gained.evidence.text if gained and gained.evidence else None
    rule = wording.acknowledge([v.point for v in verdicts if v.verdict in ("covered", "partial")], evidence, earlier)
    if gained is None or trunk is None:
        return rule
    branch = prompts.acknowledgement_branch(gained.point.text)
    text = yield from generated(trunk, branch, ACKNOWLEDGEMENT_TOKENS, [gained.point.text])
    return rule if wording.fault_of_acknowledgement(text, gained.point.text, said) else Wording(text, "model")


def generated(trunk: Trunk, branch: str, max_tokens: int, drafts: Sequence[str]) -> Generator[str, None, str]:
    """Stream the reply to a branch; returns it whole, empty if the model fails: wording by rule goes on without it."""
    pieces: list[str] = []
    stream = trunk.stream(branch, max_tokens=max_tokens, drafts=[draft for draft in drafts if draft])
    try:
        for piece in stream:
            pieces.append(piece)
            yield piece
    except Stopped:
        raise
    except LlmUnavailable:
        return ""
    return "".join(pieces).strip()


def completed(wordings: Generator[str, None, T]) -> T:
    """Run a wording to its end without watching it stream."""
    while True:
        try:
            next(wordings)
        except StopIteration as end:
            result: T = end.value
            return result


@contextmanager
def opened_trunk(llm: LanguageModel | None, question: Question, blocks: Sequence[str]) -> Iterator[Trunk | None]:
    """A trunk holding the question and `blocks` for the time of the `with`; None without a working model, or room."""
    trunk: Trunk | None = None
    if llm is not None:
        try:
            trunk = llm.trunk(prompts.SYSTEM, prompts.opening(question.text))
            for block in blocks:
                trunk.extend(block)
        except LlmUnavailable:
            if trunk is not None:
                trunk.close()
            trunk = None
    try:
        yield trunk
    finally:
        if trunk is not None:
            trunk.close()
