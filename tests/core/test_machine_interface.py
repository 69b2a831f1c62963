"""The JSON that other programs call: exactly these fields, JSON Lines on standard output and nothing else there."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from coach.batch import question_of

SCORE = {"id", "status", "score", "grade", "sure", "points", "judge", "seconds"}
POINTS = [
    {"text": "Bagging draws bootstrap samples.", "weight": 3},
    {"text": "Averaging reduces variance.", "weight": 2},
]
ANSWER = "Bagging draws bootstrap samples for every tree ✓ and then the predictions are averaged."


def coach(*arguments: str, code: int = 0) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "tui.cli", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert done.returncode == code, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def batch(tmp_path: Path, *records: object) -> str:
    file = tmp_path / "batch.jsonl"
    file.write_text("\n".join(r if isinstance(r, str) else json.dumps(r) for r in records), "utf-8")
    return str(file)


def test_score_gives_a_line_for_every_line(tmp_path: Path) -> None:
    records = (
        {"id": "given", "question": "What is bagging?", "key_points": POINTS, "answer": ANSWER},
        "this is not JSON",
        {"id": "no answer", "question": "What is bagging?"},
        {"id": "weight", "question": "?", "key_points": [{"text": "x", "weight": 7}], "answer": "y"},
        {
            "id": "free",
            "question": "What does momentum change about gradient descent?",
            "answer": "It keeps a velocity.",
        },
    )
    given, torn, missing, weight, free = coach("score", "--batch", batch(tmp_path, *records), "--json")
    assert set(given) == SCORE
    assert given["status"] == "graded"
    assert [point["text"] for point in given["points"]] == [point["text"] for point in POINTS]
    for point in given["points"]:
        assert set(point) == {"text", "verdict", "probability", "evidence"}
        if evidence := point["evidence"]:
            assert ANSWER[evidence["start"] : evidence["end"]] == evidence["text"]
    assert "error" in torn
    assert missing == {"id": "no answer", "error": "missing field 'answer'"}
    assert "weight is 1, 2 or 3" in weight["error"]
    assert set(free) == SCORE | {"cited"}, "a free question is judged against cited passages"
    assert free["cited"]


def test_followup_names_its_target(tmp_path: Path) -> None:
    record = {
        "id": 1,
        "question": "What is bagging?",
        "key_points": POINTS,
        "answer": "Bagging draws bootstrap samples.",
    }
    (line,) = coach("followup", "--batch", batch(tmp_path, record), "--json")
    assert set(line) == {"id", "targets", "text", "origin"}
    assert line["targets"] == [1]
    assert line["text"].endswith("?")
    assert line["origin"] in {"authored", "model", "rule"}


def test_listing_commands_keep_their_fields() -> None:
    due = coach("due", "--json")
    assert set(due[0]) == {"question_id", "question", "topic", "due", "overdue_days", "minutes"}
    questions = coach("questions", "--json")
    assert len(questions) >= 220
    assert set(questions[0]) == {
        "id", "collection", "source", "section", "number", "topic", "kind", "level", "difficulty", "question", "answer",
        "key_points", "follow_ups", "code_blocks", "duplicate_of",
    }  # fmt: skip
    assert set(questions[0]["key_points"][0]) == {"text", "weight", "probe", "derived"}
    assert questions[0]["source"].startswith("corpus/")


def test_search_ranks_questions_once(tmp_path: Path) -> None:
    lines = batch(tmp_path, {"id": "a", "query": "momentum velocity"}, {"id": "b", "query": ""}, {"id": "c"})
    found, empty, wrong = coach("search", "--batch", lines, "-k", "5")
    assert set(found) == {"id", "results"}
    assert set(found["results"][0]) == {"rank", "question_id", "question", "source", "score", "passage"}
    assert [hit["rank"] for hit in found["results"]] == [1, 2, 3, 4, 5]
    assert len({hit["question_id"] for hit in found["results"]}) == 5
    assert empty["results"] == []
    assert "error" in wrong


def test_the_schedule_can_be_driven_from_outside(tmp_path: Path) -> None:
    history = {
        "id": "h",
        "start": {"n": 0, "interval": 0, "ef": 2.5},
        "events": [
            {"date": "2026-01-01", "grade": 5, "kind": "review"},
            {"date": "2026-01-02", "grade": 4, "kind": "review"},
            {"date": "2026-01-08", "grade": 3, "kind": "review"},
        ],
    }
    replayed, refused = coach(
        "srs",
        "replay",
        "--batch",
        batch(tmp_path, history, history | {"events": [{"date": "2026-01-01", "grade": 2.5, "kind": "review"}]}),
        "--json",
    )
    assert replayed["states"] == [
        {"n": 1, "interval": 1, "ef": 2.6, "due": "2026-01-02", "redrill": False},
        {"n": 2, "interval": 6, "ef": 2.6, "due": "2026-01-08", "redrill": False},
        {"n": 3, "interval": 15, "ef": 2.46, "due": "2026-01-23", "redrill": True},
    ]
    assert set(refused) == {"id", "error"}
    instant = {"id": 7, "utc": "2026-03-01T02:00:00Z", "tz": "Europe/Berlin", "rollover_hour": 4}
    assert coach("srs", "study-day", "--batch", batch(tmp_path, instant), "--json") == [
        {"id": 7, "study_day": "2026-02-28"}
    ]


def test_doctor_says_what_it_measured() -> None:
    (found,) = coach("doctor", "--json")
    promised = {
        "python", "torch", "gpu", "model", "gpu_layers", "prefill_tokens_per_s", "decode_tokens_per_s", "context",
        "judge", "network_used", "problems",
    }  # fmt: skip
    assert promised <= set(found)
    assert (found["index"], found["vectors"]) == ("flat", 0)  # nothing was searched in this home
    assert "in each running coach" in found["queries_cached"]
    assert found["faiss_gpus"] == 0 or "gpu" in found["faiss"]
    assert found["network_used"] is False
    assert found["weights_verified"] is True
    assert found["decode_tokens_per_s"] > 0


@pytest.mark.parametrize(
    "arguments", [("score", "--batch", "/nowhere/at/all"), ("practice", "--plain", "--topic", "nonsense")]
)
def test_errors_go_to_stderr_with_exit_code_one(arguments: tuple[str, ...]) -> None:
    assert coach(*arguments, code=1) == []


def test_a_kind_that_is_not_given_is_told_from_the_question() -> None:
    asked = {"question": "Tell me about a time when you disagreed with your manager.", "answer": "x"}
    assert question_of(asked).kind == "behavioral"
    assert question_of(asked | {"kind": "concept"}).kind == "concept"
    assert question_of({"question": "What is dropout?", "answer": "x"}).kind == "concept"
