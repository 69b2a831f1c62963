"""How well key points derived from a model answer agree with points that a person wrote for it.

    python -m benchmarks.derived_points [FILE ...] [--misses] [--json]

Every line of a file holds `reference`, from which points are derived, and `key_points`. A written point is matched
when a derived one has a cosine of at least 0.6 with it. Files are reported apart: the first is the dev set, the others
are the training references, so an improvement on one alone shows. Target: 70 % of the points of weight 3 in each, with
at most 10 points derived from an answer.
"""

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from coach.canonical import canonical
from coach.models import KeyPoint
from coach.ports import Embedder
from coach.retrieval.embedder import SentenceEncoder
from coach.scoring.derive import points_of

DATA = Path(__file__).parents[1] / "training" / "data"
DEV = DATA / "graded_answers_dev.jsonl"
TRAIN = ("graded_ml_stats", "graded_dl_llm", "graded_design_behavioral", "graded_coding_systems")
MATCH_COSINE = 0.6
ESSENTIAL = 3


@dataclass(frozen=True, slots=True)
class Agreement:
    """Counts of one file. matched, essential: of points of weight 3; essential_by_essential: matched by a derived 3."""

    file: str
    answers: int
    essential: int
    matched: int
    matched_by_essential: int
    points_mean: float
    points_most: int
    words_mean: float

    @property
    def share(self) -> float:
        """Share of the points of weight 3 that a derived point matches, 0..1."""
        return self.matched / self.essential


def measure(path: Path, embedder: Embedder) -> tuple[Agreement, list[tuple[str, float, str]]]:
    """The counts of one file and its misses: (written point, best cosine, nearest derived point)."""
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    derived = [points_of(line["reference"], embedder) for line in lines]
    essential, by_essential = 0, 0
    misses: list[tuple[str, float, str]] = []
    for line, points in zip(lines, derived, strict=True):
        for text, cosines in _compared(line["key_points"], points, embedder):
            essential += 1
            best = int(np.argmax(cosines))
            if cosines[best] < MATCH_COSINE:
                misses.append((text, float(cosines[best]), points[best].text))
            by_essential += any(
                cosine >= MATCH_COSINE and point.weight == ESSENTIAL
                for cosine, point in zip(cosines, points, strict=True)
            )
    counts = [len(points) for points in derived]
    words = [len(point.text.split()) for points in derived for point in points]
    return Agreement(
        path.name,
        len(lines),
        essential,
        essential - len(misses),
        by_essential,
        round(float(np.mean(counts)), 2),
        max(counts),
        round(float(np.mean(words)), 1),
    ), misses


def _compared(
    written: list[dict], points: tuple[KeyPoint, ...], embedder: Embedder
) -> Iterator[tuple[str, np.ndarray]]:
    """Every written point of weight 3 with its cosines to the derived ones."""
    texts = [point["text"] for point in written if point["weight"] == ESSENTIAL]
    if texts and points:
        rows = embedder.encode([canonical(text) for text in [*texts, *(point.text for point in points)]])
        yield from zip(texts, rows[: len(texts)] @ rows[len(texts) :].T, strict=True)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, default=[DEV, *(DATA / f"{name}.jsonl" for name in TRAIN)])
    parser.add_argument("--misses", action="store_true", help="print every point that nothing matches")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    embedder = SentenceEncoder()
    for path in options.files:
        agreement, misses = measure(path, embedder)
        figures = asdict(agreement) | {"share": round(agreement.share, 3)}
        print(json.dumps(figures) if options.json else "  ".join(f"{k} {v}" for k, v in figures.items()))
        for text, cosine, nearest in misses if options.misses else ():
            print(f"  {cosine:.2f}  {text}\n        {nearest}")


if __name__ == "__main__":
    main()
