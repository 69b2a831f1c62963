"""Vectors of our own making, shipped with the package: does this installation schedule as it should?

Each line of `vectors/sm2.jsonl` and `vectors/study_day.jsonl` is a record of the machine interface with what must come
out. The SM-2 ones were computed with exact fractions by `benchmarks/make_vectors.py`, not by the code under test.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Any

from coach.srs import batch


@dataclass(frozen=True, slots=True)
class Result:
    """How many vectors of a kind passed, and the ids of those that did not."""

    kind: str
    passed: int
    failed: tuple[str, ...]


def run() -> list[Result]:
    """Run all shipped vectors."""
    return [
        _result("sm2", lambda record: batch.replay(record)["states"]),
        _result("study_day", lambda record: batch.study_day_of(record)["study_day"]),
    ]


def _result(kind: str, compute: Any) -> Result:
    passed, failed = 0, []
    for record in _records(kind):
        try:
            outcome = compute(record)
        except ValueError:
            outcome = "error"
        if outcome == record["expected"]:
            passed += 1
        else:
            failed.append(record["id"])
    return Result(kind, passed, tuple(failed))


def _records(kind: str) -> Iterator[dict[str, Any]]:
    text = (resources.files("coach.srs") / "vectors" / f"{kind}.jsonl").read_text("utf-8")
    return (json.loads(line) for line in text.splitlines())
