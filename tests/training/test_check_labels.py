"""The label check passes the files that are kept, and sees each kind of mistake in a damaged record."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from training.check_labels import check_record, problems

DATA = Path(__file__).parents[2] / "training" / "data"
FILES = sorted(DATA.glob("graded_*.jsonl"))
RECORD = json.loads((DATA / "graded_extra_1.jsonl").read_text(encoding="utf-8").split("\n")[0])
A, C = 0, 3  # positions of an A and of a C answer in that record


def test_kept_files_are_clean() -> None:
    assert FILES
    assert problems(FILES) == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda r: r["answers"][A]["covered"].pop(),
        lambda r: r["answers"][A]["covered"].__setitem__(0, 0.7),
        lambda r: r["answers"][A].update(score=5.5),
        lambda r: r["answers"][A].update(score=2.0),
        lambda r: r["answers"][A].update(level="E"),
        lambda r: r["answers"][A].update(text=" "),
        lambda r: r["answers"][C]["good_followups"].pop(),
        lambda r: r["answers"][C]["good_followups"][0].update(targets=[2]),
        lambda r: r["answers"][-1].pop("subtype"),
        lambda r: r["key_points"][0].update(weight=4),
        lambda r: r.update(kind="riddle"),
    ],
)
def test_damage_is_reported(damage: Callable[[dict[str, Any]], None]) -> None:
    record = copy.deepcopy(RECORD)
    assert list(check_record(record)) == []
    damage(record)
    assert list(check_record(record))


def test_repeated_answer_is_reported(tmp_path: Path) -> None:
    twin = copy.deepcopy(RECORD) | {"id": "other", "question": "Another question?"}
    path = tmp_path / "twins.jsonl"
    path.write_text("\n".join(json.dumps(r) for r in (RECORD, twin)) + "\n", encoding="utf-8")
    assert any("answer occurs 2 times" in line for line in problems([path]))
