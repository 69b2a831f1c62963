"""How far two raters of the same answers agree: ``python -m training.agreement [--disputes]``.

The second ratings stand in ``training/data/second_ratings_*.jsonl``, one answer a line: ``id`` of the question,
``answer`` (position 0..5 in the labelled file), ``covered`` (one value a key point) and ``score`` (0..5). The first
labels are those of ``graded_*.jsonl`` as they are now: one corrected after the second rating counts as corrected.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from training.check_labels import COVERAGE
from training.check_labels import read as read_records
from training.measure import cohen_kappa, pearson, quadratic_weighted_kappa

DATA = Path(__file__).parent / "data"
POSITIVE = 0.5
# Differences that are worth a second look: whole verdicts, not one step between neighbours.
POINT_GAP, SCORE_GAP = 1.0, 1.0


@dataclass(frozen=True, slots=True)
class Pair:
    """One answer as two raters saw it; scores 0..5, `covered` one of 1, 0.5, 0, -1 a key point."""

    question_id: str
    answer: int
    level: str
    first_score: float
    second_score: float
    first_covered: tuple[float, ...]
    second_covered: tuple[float, ...]

    @property
    def disputed_points(self) -> list[int]:
        """Positions of the key points whose values differ by `POINT_GAP` or more."""
        values = zip(self.first_covered, self.second_covered, strict=True)
        return [i for i, (a, b) in enumerate(values) if abs(a - b) >= POINT_GAP]

    @property
    def is_disputed(self) -> bool:
        """Whether a point or the score differs so much that somebody should look again."""
        return bool(self.disputed_points) or abs(self.first_score - self.second_score) >= SCORE_GAP - 1e-9


def read_pairs(folder: Path = DATA) -> list[Pair]:
    """The answers of `folder` that were rated twice.

    Raises ValueError for a rating of an unknown or already rated answer, or one that does not fit its key points.
    """
    records = {r["id"]: r for path in sorted(folder.glob("graded_*.jsonl")) for _, r in read_records(path)}
    pairs: dict[tuple[str, int], Pair] = {}
    for path in sorted(folder.glob("second_ratings_*.jsonl")):
        for place, rating in read_records(path):
            key = (rating["id"], rating["answer"])
            if key in pairs:
                raise ValueError(f"{place}: {key} is rated already")
            if key[0] not in records or not 0 <= key[1] < len(records[key[0]]["answers"]):
                raise ValueError(f"{place}: no answer {key}")
            first = records[key[0]]["answers"][key[1]]
            covered, score = rating["covered"], rating["score"]
            if len(covered) != len(first["covered"]) or not set(covered) <= COVERAGE or not 0 <= score <= 5:
                raise ValueError(f"{place}: the rating of {key} does not fit its key points or ranges")
            pairs[key] = Pair(*key, first["level"], first["score"], score, tuple(first["covered"]), tuple(covered))
    return list(pairs.values())


def report_line(name: str, pairs: Sequence[Pair]) -> str:
    """One line of figures; `bias` is the mean of the second score minus the first."""
    first, second = [p.first_score for p in pairs], [p.second_score for p in pairs]
    points = [p.first_covered for p in pairs], [p.second_covered for p in pairs]
    a, b = (np.concatenate(side) for side in points)
    difference = np.subtract(second, first)
    return (
        f"{name:9s} {len(pairs):7d} {len(a):6d} {quadratic_weighted_kappa(first, second):6.3f} "
        f"{pearson(first, second):6.3f} {np.abs(difference).mean():6.2f} {difference.mean():+6.2f} "
        f"{cohen_kappa(a, b):7.3f} {(a == b).mean():6.3f} "
        f"{cohen_kappa(a >= POSITIVE, b >= POSITIVE):7.3f} {((a >= POSITIVE) == (b >= POSITIVE)).mean():6.3f}"
    )


def report(pairs: Sequence[Pair]) -> str:
    """A table: all answers, all but the empty and adversarial ones, and each level.

    Columns: answers, points; of the scores quadratic weighted kappa, Pearson r, mean absolute difference, bias; of the
    points Cohen's kappa and agreement with four classes, then with two (at least partly covered or not).
    """
    head = f"{'':9s} answers points    qwk      r    mad   bias  kappa4 agree4  kappa2 agree2"
    rows = [("all", list(pairs)), ("without F", [p for p in pairs if p.level != "F"])]
    rows += [(level, [p for p in pairs if p.level == level]) for level in sorted({p.level for p in pairs})]
    return "\n".join([head, *(report_line(name, members) for name, members in rows if members)])


def disputes(pairs: Sequence[Pair]) -> Iterator[str]:
    """One line for each answer on which the raters differ by a whole verdict or a whole mark."""
    for p in pairs:
        if p.is_disputed:
            points = ", ".join(f"[{i}] {p.first_covered[i]:g} {p.second_covered[i]:g}" for i in p.disputed_points)
            yield f"{p.question_id} {p.answer} {p.level} score {p.first_score} {p.second_score} {points}".rstrip()


def main() -> None:
    """Print the table and, where asked for, the disputed answers (first rater, then second)."""
    parser = argparse.ArgumentParser(description="Agreement of two raters of our graded answers")
    parser.add_argument("--disputes", action="store_true", help="list the answers that differ by 1 or more")
    options = parser.parse_args()
    pairs = read_pairs()
    print(report(pairs))
    if options.disputes:
        print("\n".join(disputes(pairs)))


if __name__ == "__main__":
    main()
