"""`coach models list` tells of each model what `coach models check` found."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from coach.assemble import Parts
from coach.config import load
from coach.llm.local import LlamaCppModel
from coach.llm.trust import Trust
from coach.paths import default_paths
from tui.cli import app

GOOD, BAD = Trust(39, 0, 0.86, 0.5, 0.1, 1.0), Trust(39, 2, 0.31, 1.4, 0.9, 1.0)


def listed(*options: str) -> str:
    done = CliRunner().invoke(app, ["models", "list", *options])
    assert done.exit_code == 0, done.output
    return done.output


def trust_by_name() -> dict[str, Any]:
    lines = map(json.loads, listed("--json").splitlines())
    return {line["name"]: line["trust"] for line in lines if line["name"] in ("bundled", "other")}


@pytest.fixture
def other(gguf: Path) -> Path:
    """The bundled weights under another name: without our adapter, another model."""
    path = default_paths().models / "someone--other" / "other.gguf"
    path.parent.mkdir(parents=True)
    shutil.copy(gguf, path)
    return path


def test_the_result_of_a_check_stands_beside_the_model(other: Path) -> None:
    assert trust_by_name() == {"bundled": None, "other": None}
    assert not default_paths().database.exists()
    assert "checked before it was shipped" in listed()
    assert "not checked" in listed()
    parts = Parts(load())
    bundled, foreign = parts.llm, LlamaCppModel(other, context_tokens=256)
    assert isinstance(bundled, LlamaCppModel)
    for model, trust in ((bundled, GOOD), (foreign, BAD)):
        parts.store.attempts.set_setting(f"measured:{model.identity}", trust.as_record())
    foreign.close()
    assert trust_by_name() == {"bundled": GOOD.as_record(), "other": BAD.as_record()}
    assert "may judge: r = 0.86 with people's grades of 39 answers" in listed()
    assert "may not judge: r = 0.31" in listed()
    other.write_bytes(b"GGUF, but no longer what was checked")
    assert trust_by_name()["other"] is None


def test_a_sample_of_the_check_grants_and_withdraws_nothing(home: Path) -> None:
    before = trust_by_name()["bundled"]
    done = CliRunner().invoke(app, ["models", "check", "--answers", "3"])
    assert "a sample of 3 answers" in done.output
    assert trust_by_name()["bundled"] == before
    assert Parts(load()).trusted_tasks == {"judge"}
