"""The whole loop as a person meets it: the real command in a real terminal, with the bundled models."""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pexpect
import pytest

from coach.clock import study_clock
from coach.config import Study

COACH = [sys.executable, "-m", "tui.cli"]
SECONDS = 300  # a loaded machine may be slow; nothing here asserts a time
NOTES = """# Notes on trees

## Why does a random forest have less variance than one tree?

Every tree is trained on a bootstrap sample of the rows, so the trees make different errors. At each split only a random
subset of the features is considered, which makes the trees less correlated. Averaging many weakly correlated trees
reduces the variance of the prediction while the bias stays about the same.

## What does pruning change about a decision tree?

Pruning removes branches that do not improve the error on validation data. A smaller tree has more bias and less
variance,
so it overfits less. Cost-complexity pruning adds a penalty for every leaf to the training error.
"""
ANSWER = "Each tree is trained on a bootstrap sample of the rows, so their errors differ."


def coach(*arguments: str) -> list[dict[str, object]]:
    done = subprocess.run([*COACH, *arguments], capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def practice(*arguments: str) -> pexpect.spawn:
    return pexpect.spawn(
        COACH[0],
        [*COACH[1:], "practice", "--plain", *arguments],
        timeout=SECONDS,
        encoding="utf-8",
        dimensions=(40, 200),
    )


@pytest.fixture
def imported(tmp_path: Path) -> str:
    notes = tmp_path / "trees.md"
    notes.write_text(NOTES, "utf-8")
    (report,) = coach("ingest", str(notes), "--collection", "notes", "--json")
    assert (report["documents"], report["questions"], report["new"]) == (1, 2, 2)
    questions = coach("questions", "--collection", "notes", "--json")
    return str(next(q["id"] for q in questions if "forest" in str(q["question"])))


def test_import_practise_crash_resume_and_due_date(imported: str) -> None:
    first = practice("--question", imported)
    first.expect("Why does a random forest")
    first.send(f"{ANSWER}\n\n")
    first.expect("Coach: .*\r\nCoach: .*\r\n")  # an acknowledgement and a follow-up, stored before they were shown
    followup = first.after.strip().splitlines()[-1]
    os.kill(first.pid, signal.SIGKILL)
    first.wait()

    again = practice("--question", imported)
    again.expect("Why does a random forest")
    again.expect_exact(f"You: {ANSWER}")
    again.expect_exact(followup)
    for _ in range(4):
        again.send("I do not know any more than that.\n\n")
        if again.expect(["Coach: .*\r\nCoach: .*\r\n", "Score "]) == 1:
            break
    if again.expect(["Your grade, 0", "Grade [0-5] of 5"]) == 0:
        again.send("2\n")
        again.expect("Grade 2 of 5")
    again.expect(r"Next review: (\d{4}-\d\d-\d\d)")
    printed = again.match.group(1)
    study_day = study_clock(Study()).day(datetime.now(UTC))  # until four in the morning it is yesterday
    assert date.fromisoformat(printed) > study_day
    again.send("/quit\n")
    again.expect(pexpect.EOF)

    rows = {row["question_id"]: row for row in coach("due", "--json")}
    # graded below 4, it is repeated today although its date is later: SM-2's drill of the same day
    assert rows[imported]["due"] == printed
