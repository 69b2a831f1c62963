"""The short form of the fault drill; the long one is `python -m benchmarks.faults --kills 500`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the drill forks")
def test_kill_9_loses_nothing_acknowledged() -> None:
    # a process of its own: a fork of pytest would carry the threads of other tests
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.faults", "--kills", "5"], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "kills                5" in done.stdout
