"""Parts of a home with the real bundled model."""

from pathlib import Path

import pytest

from coach.assemble import Parts
from coach.config import load
from coach.llm.local import LlamaCppModel
from coach.paths import default_paths
from coach.retrieval.embedder import SentenceEncoder


def test_a_draft_model_that_is_missing_takes_no_trust_from_the_model(home: object) -> None:
    paths = default_paths().ensure()
    paths.config.write_text('[llm]\ndraft_model = "missing.gguf"\n', "utf-8")
    parts = Parts(load(paths))
    assert "judge" in parts.trusted_tasks
    assert "Drafting goes on without" in parts.llm_problem
    parts.close()


def test_a_missing_adapter_does(home: object) -> None:
    paths = default_paths().ensure()
    paths.config.write_text('[llm]\nadapter = "none"\n', "utf-8")
    parts = Parts(load(paths))
    assert "judge" not in parts.trusted_tasks
    parts.close()


def test_a_path_of_an_encoder_may_begin_at_the_users_home(home: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/somewhere")
    paths = default_paths().ensure()
    paths.config.write_text('[retrieval]\nencoder = "~/models/bge"\n', "utf-8")
    encoder = Parts(load(paths)).embedder
    assert isinstance(encoder, SentenceEncoder)
    assert encoder.folder == Path("/somewhere/models/bge")


def test_what_is_closed_is_freed_and_built_again_when_it_is_needed(home: object) -> None:
    parts = Parts(load())
    parts.close()
    assert not default_paths().database.exists()  # nothing is opened only to be closed
    first = parts.llm
    assert isinstance(first, LlamaCppModel)
    parts.close()
    assert first.weights.model is None
    assert parts.llm is not first
    parts.close()
