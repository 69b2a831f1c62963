"""Two raters are compared answer by answer, and a rating that belongs to no answer is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from training.agreement import DATA, disputes, read_pairs, report
from training.measure import cohen_kappa

LABELLED = DATA / "graded_extra_1.jsonl"
Rating = dict[str, Any]


def first_labels() -> list[Rating]:
    """The first rater's labels in the shape of a second rating."""
    records = [json.loads(line) for line in LABELLED.read_text(encoding="utf-8").splitlines()]
    return [
        {"id": r["id"], "answer": i, "covered": a["covered"], "score": a["score"]}
        for r in records
        for i, a in enumerate(r["answers"])
    ]


def write(folder: Path, ratings: list[Rating], name: str = "second_ratings_1.jsonl") -> None:
    shutil.copy(LABELLED, folder)
    (folder / name).write_text("\n".join(map(json.dumps, ratings)) + "\n", encoding="utf-8")


def test_kept_ratings_fit_the_labelled_files() -> None:
    pairs = read_pairs()
    lines = sum(path.read_text(encoding="utf-8").count("\n") for path in DATA.glob("second_ratings_*.jsonl"))
    assert len(pairs) == lines >= 198
    assert {p.level for p in pairs} == set("ABCDEF")


def test_the_same_ratings_agree_fully_and_leave_no_dispute(tmp_path: Path) -> None:
    write(tmp_path, first_labels())
    pairs = read_pairs(tmp_path)
    everything = report(pairs).splitlines()[1].split()
    assert everything[:2] == ["all", "66"]
    assert everything[3:] == ["1.000", "1.000", "0.00", "+0.00", "1.000", "1.000", "1.000", "1.000"]
    assert list(disputes(pairs)) == []


def test_a_whole_verdict_or_a_whole_mark_is_a_dispute_and_half_is_not(tmp_path: Path) -> None:
    ratings = first_labels()
    assert ratings[0]["covered"] == [1, 1, 1]
    ratings[0] |= {"covered": [1, 0, 0.5]}
    ratings[1] |= {"score": ratings[1]["score"] - 1.0}
    ratings[2] |= {"score": ratings[2]["score"] - 0.9}
    write(tmp_path, ratings)
    found = list(disputes(read_pairs(tmp_path)))
    assert [line.split()[:3] for line in found] == [["x1-01", "0", "A"], ["x1-01", "1", "B"]]
    assert found[0].endswith("[1] 1 0")


@pytest.mark.parametrize(
    "change", [{"id": "x9-99"}, {"answer": 6}, {"answer": -1}, {"covered": [1]}, {"covered": [1, 1, 0.7]}, {"score": 6}]
)
def test_a_rating_that_fits_no_answer_is_refused(tmp_path: Path, change: Rating) -> None:
    write(tmp_path, [first_labels()[0] | change])
    with pytest.raises(ValueError, match="second_ratings_1"):
        read_pairs(tmp_path)


def test_an_answer_is_rated_once_over_all_files(tmp_path: Path) -> None:
    for name in ("second_ratings_1.jsonl", "second_ratings_2.jsonl"):
        write(tmp_path, first_labels()[:1], name)
    with pytest.raises(ValueError, match="already"):
        read_pairs(tmp_path)


def test_cohen_kappa_of_a_table_worked_by_hand() -> None:
    # 20 and 15 agreed, 5 and 10 not: 0.7 observed, 0.5 by chance.
    first = [1] * 25 + [0] * 25
    second = [1] * 20 + [0] * 5 + [1] * 10 + [0] * 15
    assert cohen_kappa(first, second) == pytest.approx(0.4)
    assert cohen_kappa([-1, 0.5, 1], [0.5, 1, -1]) < 0
