"""The bundled weights rewritten for speed: the same verdicts, written once, never in the way."""

import hashlib
import os
import shutil
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest

from coach.assemble import Parts
from coach.config import load
from coach.dialogue import prompts
from coach.doctor import Findings, examine
from coach.llm import fast_weights
from coach.llm.bundled import adapter_path
from coach.llm.fast_weights import prepared
from coach.llm.local import LlamaCppModel
from coach.paths import default_paths
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


def flip_a_bit(path: Path, at: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        (byte,) = file.read(1)
        file.seek(at)
        file.write(bytes([byte ^ 1]))


def test_doctor_finds_one_bit_and_the_next_start_writes_anew(
    gguf: Path, folder: Path, fast: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COACH_CACHE", str(folder))
    written, content = fast.stat().st_mtime_ns, hashlib.sha256(fast.read_bytes()).digest()
    assert prepared(gguf, folder) == fast
    assert fast.stat().st_mtime_ns == written
    flip_a_bit(fast, fast.stat().st_size // 2)
    assert prepared(gguf, folder) == fast  # a start reads samples, and this bit is in none of them
    found = doctor_without_model()
    assert found["weights_verified"] is False
    assert any("rewritten language model is damaged" in problem for problem in found["problems"])
    (folder / "weights" / "of-another-build").mkdir()
    assert prepared(gguf, folder) == fast
    assert hashlib.sha256(fast.read_bytes()).digest() == content
    assert doctor_without_model()["weights_verified"] is True
    assert [entry.name for entry in (folder / "weights").iterdir()] == [fast.parent.name]


def doctor_without_model() -> Findings:
    config = default_paths().ensure().config
    config.write_text('[llm]\nmodel = "none"\n')
    return examine(Parts(load()))


@pytest.mark.parametrize("damage", ["cut off", "bit at the end", "no checksum", "checksum of nothing"])
def test_a_start_sees_what_is_cut_off_or_of_unknown_origin(
    damage: str, gguf: Path, fast: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied = tmp_path / "weights" / fast.parent.name / fast.name
    shutil.copytree(fast.parent, copied.parent)
    noted = copied.with_suffix(".checksums.json")
    rewritten: list[Path] = []
    monkeypatch.setattr(fast_weights, "_rewrite", lambda _, target: rewritten.append(target))
    assert prepared(gguf, tmp_path) == copied
    assert not rewritten
    if damage == "cut off":
        os.truncate(copied, 1 << 20)
    elif damage == "bit at the end":
        flip_a_bit(copied, copied.stat().st_size - 1)
    elif damage == "no checksum":
        noted.unlink()
    else:
        noted.write_text("[]")
    prepared(gguf, tmp_path)
    assert rewritten == [copied]


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


def test_what_a_killed_rewriting_left_is_removed_and_a_running_one_is_not(gguf: Path, tmp_path: Path) -> None:
    target = prepared(gguf, tmp_path)
    left, running = target.parent / "writing-left", target.parent / "writing-running"
    for folder in (left, running):
        folder.mkdir()
    os.utime(left, (0, 0))
    target.unlink()
    assert prepared(gguf, tmp_path) == target
    assert not left.exists()
    assert running.exists()
