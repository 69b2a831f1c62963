"""`coach models use` and `remove`: what the settings name afterwards."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from coach.config import Llm, load, save_value
from coach.errors import LlmUnavailable
from coach.llm import catalogue
from coach.llm.bundled import model_path
from coach.paths import default_paths
from tui.cli import app


def models(*arguments: str) -> Llm:
    done = CliRunner().invoke(app, ["models", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return load().llm


def placed(gguf: Path, name: str) -> Path:
    """A model of the catalogue as `pull` leaves it; the content is the bundled one's."""
    entry = catalogue.find(name)
    assert entry
    path = default_paths().models / entry.repository.replace("/", "--") / entry.file
    path.parent.mkdir(parents=True)
    shutil.copy(gguf, path)
    return path


def test_a_model_comes_with_the_one_that_drafts_for_it_and_goes_with_it(gguf: Path) -> None:
    qwen, small, smol = (placed(gguf, name) for name in ("qwen3-4b", "qwen3-0.6b", "smollm2-1.7b"))
    named = models("use", "qwen3-4b")
    assert (named.model, named.draft_model) == (str(qwen), str(small))
    assert models("use", str(smol)).draft_model == str(model_path())
    assert models("use", smol.stem, "--draft", str(small)).draft_model == str(small)
    assert models("remove", "qwen3-0.6b").draft_model == ""
    assert not small.parent.exists()
    named = models("remove", "smollm2-1.7b")
    assert (named.model, named.draft_model) == ("bundled", "")
    models("use", str(qwen))
    named = models("use", "none")
    assert (named.model, named.draft_model) == ("none", "")


def test_a_local_model_takes_the_place_of_an_endpoint(gguf: Path) -> None:
    save_value(default_paths(), "llm", "endpoint", "http://127.0.0.1:1/v1")
    assert models("use", str(gguf)).endpoint == ""


def test_what_is_no_model_is_refused_and_the_settings_stay(gguf: Path, tmp_path: Path) -> None:
    half = tmp_path / "half.gguf"
    half.write_bytes(gguf.read_bytes()[:60_000_000])
    for name, message in ((str(half), "cut off"), ("nowhere", "There is no model")):
        with pytest.raises(LlmUnavailable, match=message):
            models("use", name)
    with pytest.raises(LlmUnavailable, match="does not belong to the coach"):
        models("remove", str(half))
    assert half.exists()
    assert load().llm.model == "bundled"
