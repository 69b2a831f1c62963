"""Graded answers as the trainer sees them, read from our own labelled files and from public sets."""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

Target = tuple[float, float, float, float]
"""Probabilities of Yes, Partly, No, Wrong."""

OWN_TARGETS: dict[float, Target] = {
    # A little mass on the neighbours: a second rater disagrees about one verdict in twenty (training/agreement.py).
    1.0: (0.96, 0.04, 0.0, 0.0),
    0.5: (0.06, 0.88, 0.06, 0.0),
    0.0: (0.0, 0.04, 0.94, 0.02),
    -1.0: (0.0, 0.02, 0.05, 0.93),
}
PUBLIC_TARGETS: dict[str, Target] = {
    # "incorrect" of the three-way SemEval labels holds partly correct and incomplete answers too.
    "correct": (0.97, 0.03, 0.0, 0.0),
    "incorrect": (0.0, 0.2, 0.75, 0.05),
    "contradictory": (0.0, 0.05, 0.2, 0.75),
}


@dataclass(frozen=True, slots=True)
class LabelledPoint:
    """One key point with the verdict a grader gave; `value` 1 covered, 0.5 partly, 0 missing, -1 contradicted."""

    text: str
    target: Target
    value: float
    weight: int = 1
    probe: str = ""


@dataclass(frozen=True, slots=True)
class GradedAnswer:
    """One answer with all its labelled points; `score` 0..5; `followups` are (missed point, question) pairs."""

    source: str
    question_id: str
    question: str
    reference: str
    text: str
    points: tuple[LabelledPoint, ...]
    score: float
    level: str = ""
    subtype: str = ""
    kind: str = "concept"
    followups: tuple[tuple[str, str], ...] = ()
    turns: tuple[tuple[str, str], ...] = field(default=())
    """Later turns (follow-up question, reply) that belong to the answer."""


def read_own(path: Path) -> Iterator[GradedAnswer]:
    """Answers of one of our labelled JSON Lines files (format: training/MODEL_CARD.md)."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield from own_answers(json.loads(line), path.stem)


def own_answers(record: dict, source: str) -> Iterator[GradedAnswer]:
    """The answers of one record of our format."""
    points = record["key_points"]
    for answer in record["answers"]:
        labelled = tuple(
            LabelledPoint(p["text"], OWN_TARGETS[float(v)], float(v), int(p["weight"]), p.get("probe", ""))
            for p, v in zip(points, answer["covered"], strict=True)
        )
        yield GradedAnswer(
            source=source,
            question_id=record["id"],
            question=record["question"],
            reference=record["reference"],
            text=answer["text"],
            points=labelled,
            score=float(answer["score"]),
            level=answer["level"],
            subtype=answer.get("subtype", ""),
            kind=record.get("kind", "concept"),
            followups=tuple(
                (points[f["targets"][0]]["text"], f["text"]) for f in answer.get("good_followups", ()) if f["targets"]
            ),
        )


def read_public(path: Path) -> Iterator[GradedAnswer]:
    """Answers of a public short-answer set in its CSV form; the whole reference is the only point.

    SAF answers under five words are left out: most of them are empty hand-ins.
    """
    csv.field_size_limit(10**8)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["dataset"].startswith("saf") and len(row["student_answer"].split()) < 5:
                continue
            if row["student_answer"].strip():
                yield public_answer(row)


def public_answer(row: dict[str, str]) -> GradedAnswer:
    """One row of a public set."""
    score = float(row["score"])
    target = PUBLIC_TARGETS.get(row["label"]) or graded_target(score)
    value = -1.0 if row["label"] == "contradictory" else score
    return GradedAnswer(
        source=row["dataset"],
        question_id=row["question_id"],
        question=row["question"],
        reference=row["reference_answer"],
        text=row["student_answer"],
        points=(LabelledPoint(row["reference_answer"], target, value, 3),),
        score=5 * score,
    )


def graded_target(score: float) -> Target:
    """Verdict probabilities whose expected credit equals a partial mark `score`, 0..1."""
    if score >= 0.5:
        return (min(0.97, 2 * score - 1), max(0.03, 2 - 2 * score), 0.0, 0.0)
    return (0.0, 0.03 + 1.94 * score, 0.92 * (1 - 2 * score), 0.05 * (1 - 2 * score))


def sentences(text: str) -> list[str]:
    """Sentences of at least three words; a coarse split, for making points of references."""
    parts = re.split(r"(?<=[.!?;])\s+|\n+(?:[-*•]\s*)?", text)
    return [part.strip() for part in parts if len(part.split()) >= 3]


def with_sentence_points(answer: GradedAnswer, limit: int = 2) -> GradedAnswer:
    """Adds sentences of the reference as points where the mark says how each of them fares (full or no marks)."""
    parts = sentences(answer.reference)
    if len(parts) < 2 or 0.05 < answer.score / 5 < 0.95 or not answer.points:
        return answer
    whole = answer.points[0]
    extra = tuple(replace(whole, text=part, weight=1) for part in parts[:limit])
    return replace(answer, points=answer.points + extra)
