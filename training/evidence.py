"""Fits which piece of an answer is quoted for a point: `python -m training.evidence`.

Listwise maximum likelihood: the softmax over the pieces of an answer shall fall on those that a person would quote
(`data/evidence.jsonl`), as ListNet does with one relevant set (Cao et al. 2007, doi:10.1145/1273496.1273513). Reports
how often the quote holds one of them on questions that the weights were not fitted on, and writes the weights.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

from coach.ports import Embedder
from coach.retrieval.embedder import SentenceEncoder
from coach.scoring.evidence import FEATURES, Stretch, features, quotable
from coach.scoring.semantic import view
from coach.scoring.units import Unit
from training.features import kind_of
from training.graded import GradedAnswer
from training.mixture import LABELLED, load

Floats = npt.NDArray[np.float64]
FOLDS = 7
DECAY = 1.0
"""Of the squared weights, against the sum over all cases."""
ENOUGH = 0.6
"""Part of a marked passage that a piece has to hold."""
WEIGHTS = Path(__file__).parent.parent / "coach" / "scoring" / "weights" / "evidence.json"


@dataclass(frozen=True, slots=True)
class Case:
    """One point of one answer.

    features: (units, len(FEATURES)).  right: (units,) whether a person would quote it.  passages: that a person marked.
    """

    question_id: str
    kind: str
    units: Sequence[Unit]
    features: Floats
    right: npt.NDArray[np.bool_]
    passages: Sequence[Stretch]


def answer_key(answer: GradedAnswer) -> str:
    """Names an answer by its text."""
    return blake2b(answer.text.encode(), digest_size=8).hexdigest()


def read_cases(answers: Sequence[GradedAnswer], embedder: Embedder, file: Path) -> Iterator[Case]:
    """Points of `answers` with marked passages; a point without any (the verdict was wrong) is left out.

    file: JSON lines {"question_id", "answer": see `answer_key`, "points": {index: [[start, end], ...]}}, offsets in the
    answer as typed.
    """
    known = {(a.question_id, answer_key(a)): a for a in answers}
    for line in file.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        answer = known[record["question_id"], record["answer"]]
        points = [point.text for point in answer.points]
        seen = view(embedder, answer.question, answer.text, points, kind_of(answer))
        columns = features(seen, answer.question, points, kind_of(answer))
        # Units of the answer as typed, as the marked passages are.
        units = [Unit(*seen.folded.typed_span(unit.start, unit.end), unit.text) for unit in seen.units]
        for index, passages in record["points"].items():
            right = np.array([holds((unit.start, unit.end), passages) for unit in units])
            if right.any():
                yield Case(answer.question_id, answer.kind, units, columns[int(index)], right, passages)


def holds(stretch: Stretch, passages: Sequence[Stretch]) -> bool:
    """Whether the stretch holds `ENOUGH` of one of the passages."""
    first, last = stretch
    return any(min(last, end) - max(first, start) >= ENOUGH * (end - start) for start, end in passages)


def fit(cases: Sequence[Case]) -> Floats:
    """(len(FEATURES),) weights."""
    scale = np.vstack([case.features for case in cases]).std(axis=0) + 1e-9

    def loss(w: Floats) -> tuple[float, Floats]:
        value, slope = DECAY * float(w @ w), 2 * DECAY * w
        for case in cases:
            x = case.features / scale
            p = np.exp(x @ w - (x @ w).max())
            p /= p.sum()
            right = p * case.right
            value -= np.log(right.sum() + 1e-12)
            slope = slope - (right / (right.sum() + 1e-12) - p) @ x
        return value, slope

    return np.asarray(minimize(loss, np.zeros(len(FEATURES)), jac=True, method="L-BFGS-B").x) / scale


def in_any_order(cases: Sequence[Case]) -> list[Case]:
    """The cases, and those that tell no story once more with their pieces anywhere in the answer.

    Whoever wrote the labelled answers may have had the points before their eyes; others will not keep their order.
    """
    chance, order = np.random.default_rng(2), FEATURES.index("order")
    found = list(cases)
    for case in cases:
        if case.kind != "behavioral":
            moved = case.features.copy()
            moved[:, order] = chance.random(len(moved))
            found.append(replace(case, features=moved))
    return found


def hits(cases: Sequence[Case], weights: Floats) -> list[bool]:
    """For each case whether the quote holds what a person marked."""
    return [
        holds(stretch, case.passages)
        for case in cases
        for stretch in quotable((case.features @ weights)[None, :], case.units)
    ]


def main() -> None:
    """Report out of fold by question, fit on all, write the weights."""
    data = load()
    cases = list(read_cases([*data.own, *data.own_held_out], SentenceEncoder(), LABELLED / "evidence.jsonl"))
    questions = sorted({case.question_id for case in cases})
    order = np.random.default_rng(1).permutation(len(questions))
    fold = {question: order[i] % FOLDS for i, question in enumerate(questions)}
    found: list[tuple[str, bool]] = []
    for number in range(FOLDS):
        weights = fit(in_any_order([case for case in cases if fold[case.question_id] != number]))
        kept_back = [case for case in cases if fold[case.question_id] == number]
        found += zip([case.kind for case in kept_back], hits(kept_back, weights), strict=True)
    for kind in sorted({kind for kind, _ in found}):
        of_kind = [hit for other, hit in found if other == kind]
        print(f"{kind:15s} {np.mean(of_kind):.3f} of {len(of_kind)}")
    print(f"{'all':15s} {np.mean([hit for _, hit in found]):.3f} of {len(found)}")
    record = dict(zip(FEATURES, fit(in_any_order(cases)).round(4).tolist(), strict=True))
    WEIGHTS.write_text(json.dumps(record) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
