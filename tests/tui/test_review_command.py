"""`coach review` without a full screen, with the real models."""

import json
import subprocess
import sys

from coach.assemble import Parts
from coach.config import load

ANSWERS = "I don't know.\n\n" + "/idk\n" * 4 + "\n\n"  # more than the follow-ups; whatever is left over changes nothing


def review(*options: str, typed: str = ANSWERS) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tui.cli", "review", *options], input=typed, capture_output=True, text=True, timeout=300
    )


def test_the_summary_is_json_and_the_conversation_stands_elsewhere() -> None:
    done = review("--count", "1", "--json")
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["answered"] == 1
    assert summary["open"], "nothing was known, so points are open"
    assert {"question_id", "statement", "weight", "wrong"} == set(summary["open"][0])
    assert "Q: " in done.stderr
    parts = Parts(load())
    (event,) = parts.store.reviews.events()
    assert event.question_id == summary["open"][0]["question_id"]
    (row,) = parts.store.attempts.sessions()
    assert row["kind"] == "review"
    parts.store.close()


def test_without_an_answer_there_is_no_summary_and_no_review() -> None:
    done = review("--plain", typed="")
    assert done.returncode == 0, done.stderr
    assert "Answered" not in done.stdout
    assert review("--reveal", "--plain").returncode == 2
