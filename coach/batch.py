"""Judging answers and asking follow-ups for other programs: plain records in, plain records out."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from coach.assemble import Parts
from coach.bank.classify import kind_of
from coach.dialogue import prompts, speaking
from coach.dialogue.interviewer import asked_for
from coach.errors import LlmUnavailable, NotGraded
from coach.grounding import Grounding
from coach.models import KINDS, Judgement, KeyPoint, Question
from coach.scoring.grade import conclude

Record = dict[str, Any]


class AnswerScorer:
    """`coach score --batch`: one record with question and answer to one record with verdicts, score and grade."""

    def __init__(
        self, parts: Parts, *, judge: str = "auto", endpoint: str = "", concurrency: int | None = None
    ) -> None:
        self._parts = parts.reconfigured(judge=judge, endpoint=endpoint, concurrency=concurrency)
        self._grounding = Grounding(self._parts)
        self._judge = judge

    def check_model(self) -> str:
        """Why the language model takes no part in judging, "" if it does or is not wanted. Loads it.

        Raises LlmUnavailable when nothing but the language model may judge and there is none.
        """
        if self._judge == "semantic":
            return ""
        llm, problem = self._parts.llm, self._parts.llm_problem
        if llm is None:
            if self._judge == "llm":
                raise LlmUnavailable(problem or "No language model is in use.", "Without --judge llm, meaning judges.")
            return f"{problem} Answers are judged by meaning alone." if problem else ""
        if "judge" in self._parts.trusted_tasks:
            return ""
        return (
            f"{llm.name} has not passed a check, so answers are judged by meaning alone. "
            "`coach models check` measures it; --judge llm lets it judge as it is."
        )

    def score(self, record: Mapping[str, Any]) -> Record:
        """Judge one record. Raises ValueError or KeyError for a malformed one; a failing judge gives "not_graded"."""
        started = time.monotonic()
        question, answer = question_of(record), text_of(record, "answer")
        try:
            grounded, cited = self._grounding.ground(question)
            judgement = judge_answer(self._parts, grounded, answer)
        except NotGraded as error:
            return {"status": "not_graded", "reason": str(error), "seconds": round(time.monotonic() - started, 3)}
        return judgement_record(replace(judgement, seconds=time.monotonic() - started, cited=cited))


class FollowUpAsker:
    """`coach followup --batch`: the question an interviewer would ask next, and the key points it aims at."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def ask(self, record: Mapping[str, Any]) -> Record:
        """Choose and word one follow-up. Raises ValueError or KeyError for a malformed record."""
        question, answer = question_of(record), text_of(record, "answer")
        if not question.key_points:
            raise ValueError("key_points are needed")
        talkers = self._parts.talkers
        with speaking.opened_trunk(talkers.llm, question, [prompts.answer_block(answer)]) as trunk:
            verdicts = talkers.judge.judge(question, answer, trunk=trunk if talkers.llm_judges else None).points
            target = asked_for(verdicts)
            prefer_model = talkers.words_follow_ups
            words = speaking.follow_up(trunk, question, verdicts[target], said=answer, prefer_model=prefer_model)
            worded = speaking.completed(words)
        return {"targets": [target], "text": worded.text, "origin": worded.origin}


def judge_answer(parts: Parts, question: Question, answer: str) -> Judgement:
    """Judge one answer with whatever parts there are. Raises NotGraded."""
    talkers = parts.talkers
    llm = talkers.llm if talkers.llm_judges else None
    with speaking.opened_trunk(llm, question, [prompts.answer_block(answer)]) as trunk:
        judgement = talkers.judge.judge(question, answer, trunk=trunk)
    return conclude(judgement, judgement.points)


def judgement_record(judgement: Judgement) -> Record:
    """The machine interface's form of a judgement."""
    points = [
        {
            "text": verdict.point.text,
            "verdict": verdict.verdict,
            "probability": round(verdict.probability, 4),
            "evidence": asdict(verdict.evidence) if verdict.evidence else None,
        }
        for verdict in judgement.points
    ]
    record: Record = {
        "status": "graded",
        "score": round(judgement.score, 3),
        "grade": judgement.grade,
        "sure": judgement.sure,
        "points": points,
        "judge": judgement.judge,
        "seconds": round(judgement.seconds, 3),
    }
    return record | ({"cited": list(judgement.cited)} if judgement.cited else {})


def question_of(record: Mapping[str, Any]) -> Question:
    """The question that a record describes; a kind that is not given is told from its text.

    Raises ValueError or KeyError.
    """
    text = text_of(record, "question")
    reference = text_of(record, "reference") if record.get("reference") is not None else ""
    kind = record["kind"] if "kind" in record else kind_of(text, answer=reference)
    if kind not in KINDS:
        raise ValueError(f"kind is one of {', '.join(KINDS)}, not {kind!r}")
    points = tuple(_point(item) for item in _list(record.get("key_points")))
    return Question("", text, reference, "", kind, key_points=points)


def text_of(record: Mapping[str, Any], name: str) -> str:
    """A text field. Raises KeyError when missing, ValueError when it is no text."""
    value = record[name]
    if not isinstance(value, str):
        raise ValueError(f"{name} is a text, not {type(value).__name__}")
    return value


def _list(value: object) -> Sequence[Any]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise ValueError("key_points is a list")
    return value


def _point(item: object) -> KeyPoint:
    if not isinstance(item, dict) or not isinstance(item.get("text"), str):
        raise ValueError('a key point is an object {"text", "weight"}')
    weight = item.get("weight", 2)
    if isinstance(weight, bool) or weight not in (1, 2, 3):
        raise ValueError(f"weight is 1, 2 or 3, not {weight!r}")
    probe = item.get("probe")
    return KeyPoint(item["text"], int(weight), probe if isinstance(probe, str) else None)
