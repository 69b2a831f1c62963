"""Faults of the machine: the short form of the fault drill, and a kill in the middle of the command that imports."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from coach.storage import Store

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the drill forks, and kill -9 is POSIX")


def test_nothing_acknowledged_is_lost() -> None:
    # a process of its own: a fork of pytest would carry the threads of other tests
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.faults", "--kills", "8"], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "answer 1, judging 1, grading 1, import 1, index 1, backup 1, restore 1, pull 1" in done.stdout
    for place in ("clock_jumps", "two_coaches"):
        assert re.search(rf"^{place} +fine$", done.stdout, re.M)
    assert re.search(r"^full_disk +(fine|not possible here: .+)$", done.stdout, re.M)


def test_a_killed_import_command_has_changed_nothing_and_can_be_repeated(store: Store, tmp_path: Path) -> None:
    from benchmarks.faults_work import IMPORTED, mock_interviews

    document = tmp_path / "interviews.md"
    document.write_text(mock_interviews(0), "utf-8")
    command = [sys.executable, "-m", "tui.cli", "ingest", str(document), "--collection", "drill"]
    store.close()
    running = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while running.poll() is None and not count(store.path, "vectors"):  # from here on it writes
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    running.communicate()
    assert running.returncode == -signal.SIGKILL, "it was over before it could be killed"
    assert [question.id for question in store.questions.live("drill")] == []
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert len(store.questions.live("drill")) == IMPORTED
    assert len(store.passages.content_hashes()) == len(store.questions.live())


def count(path: Path, table: str) -> int:
    reader = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    (found,) = reader.execute(f"select count(*) from {table}").fetchone()
    reader.close()
    return int(found)
