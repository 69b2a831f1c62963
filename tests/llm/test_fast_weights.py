"""The bundled weights rewritten for speed: the same verdicts, written once, never in the way."""

import shutil
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest

from coach.dialogue import prompts
from coach.llm import fast_weights
from coach.llm.bundled import adapter_path
from coach.llm.fast_weights import prepared
from coach.llm.local import LlamaCppModel
from coach.scoring.llm_judge import verdict_log_probabilities

Usage = namedtuple("Usage", "total used free")
QUESTION = "What does dropout do?"
ANSWER = "It switches units off at random while training, so they cannot rely on each other. At test time all are on."
POINTS = ["Units are dropped at random during training.", "It is applied at test time.", "It acts like an ensemble."]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def fast(gguf: Path, folder: Path) -> Path:
    return prepared(gguf, folder)


def verdicts(path: Path) -> np.ndarray:
    model = LlamaCppModel(path, adapter=adapter_path(), context_tokens=512)
    trunk = model.trunk(prompts.SYSTEM, prompts.opening(QUESTION) + prompts.answer_block(ANSWER))
    found = np.exp(verdict_log_probabilities(trunk, POINTS))
    trunk.close()
    model.close()
    return found


def test_verdicts_stay_as_they_were(gguf: Path, fast: Path) -> None:
    assert fast.name == "SmolLM2-135M-Instruct.Q8_0.gguf"
    assert fast.stat().st_size > gguf.stat().st_size
    assert np.abs(verdicts(fast) - verdicts(gguf)).max() < 0.1


def test_they_are_written_once_and_again_when_damaged(gguf: Path, folder: Path, fast: Path) -> None:
    written = fast.stat().st_mtime_ns
    assert prepared(gguf, folder) == fast
    assert fast.stat().st_mtime_ns == written
    with fast.open("r+b") as file:
        file.truncate(1 << 20)
    (folder / "weights" / "of-another-build").mkdir()
    assert prepared(gguf, folder) == fast
    assert fast.stat().st_size > gguf.stat().st_size
    assert [entry.name for entry in (folder / "weights").iterdir()] == [fast.parent.name]


def test_without_room_or_permission_the_weights_stay_as_they_came(
    gguf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    assert prepared(gguf, in_the_way) == gguf
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1 << 40, 1 << 40, fast_weights.SPARE_BYTES - 1))
    assert prepared(gguf, tmp_path / "full") == gguf


def test_what_llama_cpp_cannot_rewrite_stays_as_it_came(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.gguf"
    foreign.write_bytes(b"GGUF but nothing else")
    assert prepared(foreign, tmp_path / "cache") == foreign
    assert not list((tmp_path / "cache").rglob("*.gguf"))
