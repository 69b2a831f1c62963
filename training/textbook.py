"""Model answers given word for word, and the same with labelled changes: `training/data/edits_*.jsonl`.

Our graded answers avoid the words of their references when they are good and borrow them when they are wrong, so a
judge trained on nothing else takes textbook wording for a sign of error. These answers are minimal pairs: one text,
in which a few words decide whether a point is stated, left out or contradicted.

One line a question: `id` of a question of the bank or of a graded file, `covered` (what the unchanged model answer
states of each key point: 1, 0.5 or 0) and three lists of edits, `wrong`, `omit` and `reword`. An edit has `changes`
(pairs of text found exactly once and its replacement) and `verdicts` (index of a point: its value afterwards, -1 for
contradicted); `reword` changes no verdict.
"""

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from coach.models import Question
from training.check_labels import coverage_score
from training.graded import OWN_TARGETS, GradedAnswer, LabelledPoint

PLAIN, WITH_ERROR, WITH_GAP = "T", "T wrong", "T gap"
"""Stand in `GradedAnswer.level`: a model answer as it is, with a statement made wrong, with a point left out."""
UNCHANGED_SHARE = 0.35
REWORDED_SHARE = 0.5
"""Chance that an edit which keeps the meaning is applied besides."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Replacements that belong together, and the values of the points that they change."""

    changes: tuple[tuple[str, str], ...]
    verdicts: Mapping[int, float]

    def applied(self, text: str) -> str | None:
        """The changed text; None if another edit has taken away what this one changes."""
        for find, replacement in self.changes:
            if text.count(find) != 1:
                return None
            text = text.replace(find, replacement)
        return text


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """A question's model answer as an answer with labelled points, and the edits that may be made to it."""

    plain: GradedAnswer
    wrong: tuple[Edit, ...]
    omit: tuple[Edit, ...]
    reword: tuple[Edit, ...]

    def edited(self, edits: Iterable[Edit]) -> GradedAnswer:
        """The model answer after these edits, where a point's lowest value holds; unfit edits are passed over."""
        text, values = self.plain.text, [p.value for p in self.plain.points]
        for edit in edits:
            changed = edit.applied(text)
            if changed is None:
                continue
            text = changed
            for at, value in edit.verdicts.items():
                values[at] = min(values[at], value)
        return with_values(replace(self.plain, text=text), values)


def with_values(answer: GradedAnswer, values: Sequence[float]) -> GradedAnswer:
    """The answer with these verdicts, one a point, and the mark that follows from them."""
    points = tuple(replace(p, target=OWN_TARGETS[v], value=v) for p, v in zip(answer.points, values, strict=True))
    return replace(answer, points=points, score=coverage_score([p.weight for p in points], list(values)))


def variant(model_answer: ModelAnswer, rng: random.Random) -> GradedAnswer:
    """The model answer as one pass shows it: unchanged, or with up to two errors and up to two gaps."""
    reworded = [edit for edit in model_answer.reword if rng.random() < REWORDED_SHARE]
    if rng.random() < UNCHANGED_SHARE:
        return model_answer.edited(reworded)
    errors = rng.sample(model_answer.wrong, min(rng.randint(0, 2), len(model_answer.wrong)))
    gaps = rng.sample(model_answer.omit, min(rng.randint(0 if errors else 1, 2), len(model_answer.omit)))
    return model_answer.edited([*errors, *gaps, *reworded])


def triple(model_answer: ModelAnswer) -> list[GradedAnswer]:
    """The model answer unchanged, with its first error and with its first gap: what is measured on held-out ones."""
    changed = [
        replace(model_answer.edited(edits[:1]), level=level)
        for edits, level in ((model_answer.wrong, WITH_ERROR), (model_answer.omit, WITH_GAP))
        if edits
    ]
    return [model_answer.plain, *changed]


def load(paths: Iterable[Path], known: Mapping[str, GradedAnswer]) -> list[ModelAnswer]:
    """Every known model answer, with its edits and corrected labels where one of the files has some.

    known: by id, see `from_bank` and `from_graded`; edits of others are left out.  Raises ValueError for an edit that
    does not fit its text.
    """
    found = {key: ModelAnswer(plain, (), (), ()) for key, plain in known.items()}
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            if record["id"] in known:
                found[record["id"]] = with_edits(known[record["id"]], record)
    return list(found.values())


def with_edits(plain: GradedAnswer, record: Mapping) -> ModelAnswer:
    """The model answer of one record. Raises ValueError for an edit that does not fit."""
    plain = with_values(plain, [float(value) for value in record["covered"]])
    wrong, omit, reword = (tuple(map(edit_of, record.get(kind, ()))) for kind in ("wrong", "omit", "reword"))
    for edit in (*wrong, *omit, *reword):
        if edit.applied(plain.text) is None or not all(0 <= at < len(plain.points) for at in edit.verdicts):
            raise ValueError(f"{record['id']}: an edit does not fit: {edit.changes}")
    return ModelAnswer(plain, wrong, omit, reword)


def edit_of(record: Mapping) -> Edit:
    """One edit of a record."""
    verdicts = {int(at): float(value) for at, value in record.get("verdicts", {}).items()}
    return Edit(tuple((find, replacement) for find, replacement in record["changes"]), verdicts)


def from_bank(questions: Iterable[Question]) -> dict[str, GradedAnswer]:
    """Model answers of the bank by id, every point labelled as covered until a file says otherwise."""
    return {
        q.id: GradedAnswer(
            source="bank", question_id=q.id, question=q.text, reference=q.answer, text=q.answer,
            points=tuple(LabelledPoint(p.text, OWN_TARGETS[1.0], 1.0, p.weight, p.probe) for p in q.key_points),
            score=5.0, level=PLAIN, kind=q.kind,
        )
        for q in questions
    }  # fmt: skip


def from_graded(answers: Iterable[GradedAnswer]) -> dict[str, GradedAnswer]:
    """References of graded questions as answers, by id, labelled likewise."""
    return {
        a.question_id: with_values(
            replace(a, text=a.reference, level=PLAIN, subtype="", followups=()), [1.0] * len(a.points)
        )
        for a in answers
    }
