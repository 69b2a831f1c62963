"""The schedule agrees with published expectations, state by state."""

import json
from pathlib import Path

import pytest

from coach.srs import batch

FIXTURES = Path(__file__).parent / "fixtures"


def lines(name):
    return [json.loads(line) for line in (FIXTURES / name).read_text("utf-8").splitlines()]


@pytest.mark.parametrize("record", lines("sm2_vectors_dev.jsonl"), ids=lambda record: record["id"])
def test_every_state_of_a_history_is_exact(record):
    if record["expected"] == "error":
        with pytest.raises(ValueError, match="grade is a whole number"):
            batch.replay(record)
    else:
        assert batch.replay(record)["states"] == record["expected"]


@pytest.mark.parametrize("record", lines("study_day_vectors_dev.jsonl"), ids=lambda record: record["id"])
def test_study_day_follows_the_wall_clock(record):
    assert batch.study_day_of(record) == {"study_day": record["study_day"]}


@pytest.mark.parametrize("grade", [-1, 6, 2.5, 4.0, "4", None, True, float("nan"), [4]])
def test_only_whole_grades_are_taken(grade):
    with pytest.raises(ValueError, match="whole number from 0 to 5"):
        batch.replay({"events": [{"date": "2026-01-01", "grade": grade, "kind": "review"}]})
