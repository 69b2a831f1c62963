"""What `make` installs, with an interpreter that only writes down how it was called; and what a hint installs."""

import os
import shutil
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from coach.anki import export_apkg
from coach.errors import CoachError
from coach.storage import Store

ROOT = Path(__file__).parents[2]
CALLED = """#!/bin/sh
case "$1" in
-c) [ -z "$HAS_CUDA" ] || echo yes ;;
-m) echo "${CMAKE_ARGS:+CUDA }$*" >>"$CALLS" ;;
-) echo measured >>"$CALLS" ;;
*) echo '{}' ;;
esac
"""


class Machine:
    """A copy of the files that `make install` reads, and commands that do nothing but note their call."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.calls = folder, folder / "calls"
        (folder / "benchmarks").mkdir()
        for name in ("Makefile", "pyproject.toml", "constraints.txt", "benchmarks/gpu.sh"):
            shutil.copy(ROOT / name, folder / name)
        for name in (".venv/bin/python", ".venv/bin/coach", "bin/nvidia-smi", "bin/nvcc"):
            self.command(name, CALLED)

    def command(self, name: str, content: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        path.chmod(0o755)

    def run(self, *command: str, **variables: str) -> list[str]:
        """What was called, of pip its packages and flags alone."""
        self.calls.write_text("")
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        known = {"CALLS": str(self.calls), "PATH": path, "GPU_VENV": ".venv", "CUDACXX": "nvcc"}
        self.done = subprocess.run(
            command, cwd=self.folder, env=os.environ | known | variables, capture_output=True, text=True
        )
        quiet = "--quiet --disable-pip-version-check -c constraints.txt "
        return [call.replace("-m pip ", "").replace(quiet, "") for call in self.calls.read_text().splitlines()]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


FAISS_ALONE = ["uninstall --quiet --yes faiss-cpu faiss-gpu-cu12", "install faiss-gpu-cu12"]
CUDA_BUILD = "CUDA install llama-cpp-python --no-binary llama-cpp-python --no-cache-dir"


def test_what_is_installed_once_is_not_installed_again(machine: Machine) -> None:
    calls = machine.run("make", "practice")
    assert [call.strip() for call in calls] == [
        "install torch==2.13.0",
        "install llama-cpp-python",
        "install --editable .",
    ]
    assert machine.run("make", "practice") == []


def test_an_environment_without_the_gpu_becomes_one_with_it_and_stays_one(machine: Machine) -> None:
    machine.run("make", "install-dev")
    calls = machine.run("make", "install", "GPU=1")
    assert calls[1:] == [f"{CUDA_BUILD} --force-reinstall --no-deps", "install --editable .[gpu]", *FAISS_ALONE]
    # What the tests need asks for the other FAISS, which would be written over the one for the GPU.
    assert machine.run("make", "install-dev") == ["install --editable .[dev]", *FAISS_ALONE]
    assert machine.run("make", "install-dev") == []
    os.utime(machine.folder / "pyproject.toml")
    assert machine.run("make", "install", HAS_CUDA="yes")[1].strip() == CUDA_BUILD


def test_a_missing_toolkit_is_said_before_anything_is_fetched(machine: Machine) -> None:
    assert machine.run("make", "install", "GPU=1", CUDACXX="no-such-compiler") == []
    assert "needs the CUDA toolkit" in machine.done.stderr


def test_the_measurement_on_a_gpu_leaves_its_results(machine: Machine) -> None:
    calls = machine.run("sh", "benchmarks/gpu.sh", "results")
    assert calls[-1] == "measured", machine.done.stderr
    assert any(call.startswith(CUDA_BUILD) for call in calls)
    (results,) = (machine.folder / "results").glob("*.json")
    assert results.read_text() == "{}\n"


def test_a_missing_extra_is_installed_where_the_coach_runs(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "genanki", None)
    with pytest.raises(CoachError) as caught:
        export_apkg(store, tmp_path / "deck.apkg", datetime.now(UTC))
    assert caught.value.hint == f"{sys.executable} -m pip install 'interview-coach[anki]'"


def test_a_source_archive_takes_in_nothing_by_its_bare_name() -> None:
    built = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]["targets"]
    taken = built["sdist"]["include"]
    assert all(pattern.startswith("/") for pattern in taken)
    assert {f"/{page.name}" for page in ROOT.glob("[A-Z]*.md")} <= set(taken)
