"""`coach models use-encoder`: the new encoder is used once all its vectors are there, never before."""

import pytest

from coach.assemble import Parts, silent
from coach.config import load
from coach.encoder import change_encoder
from coach.errors import EmbedderUnavailable
from coach.retrieval import embedder
from tests.retrieval.conftest import WordEncoder


@pytest.fixture
def parts(monkeypatch, tmp_path):
    (tmp_path / "other").mkdir()
    monkeypatch.setattr(embedder, "SentenceEncoder", lambda folder, **_: WordEncoder(f"words-{folder and folder.name}"))
    made = Parts(load())
    made.index()
    yield made
    made.close()


def test_the_new_encoder_is_used_when_it_is_complete(parts, tmp_path):
    embedded = change_encoder(parts, str(tmp_path / "other"), silent)
    assert embedded > 1000
    assert load().retrieval.encoder == str((tmp_path / "other").resolve())
    assert len(parts.store.passages.vector_ids("words-None")) == 0
    assert change_encoder(parts, str(tmp_path / "other"), silent) == 0


def test_interrupted_nothing_has_changed_and_the_next_time_goes_on(parts, tmp_path):
    before = len(parts.store.passages.vector_ids("words-None"))

    def interrupt(done: int, total: int, what: str) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        change_encoder(parts, str(tmp_path / "other"), interrupt)
    assert load().retrieval.encoder == "bundled"
    assert len(parts.store.passages.vector_ids("words-None")) == before > 1000
    kept = len(parts.store.passages.vector_ids("words-other"))
    assert 0 < kept < before
    assert change_encoder(parts, str(tmp_path / "other"), silent) == before - kept
    assert load().retrieval.encoder == str((tmp_path / "other").resolve())


def test_a_missing_folder_is_named(parts, tmp_path):
    with pytest.raises(EmbedderUnavailable, match="nowhere"):
        change_encoder(parts, str(tmp_path / "nowhere"), silent)
