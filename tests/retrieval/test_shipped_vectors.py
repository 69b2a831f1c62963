"""Vectors that come with the coach save embedding, and never stand for another encoder's or another text's."""

import numpy as np
import pytest

from coach.bank.shipped import shipped_questions
from coach.retrieval import indexing
from coach.retrieval.embedder import SentenceEncoder
from coach.retrieval.indexing import embed_missing, update_passages
from coach.retrieval.shipped_vectors import shipped_vectors, write_shipped_vectors


@pytest.fixture
def file(tmp_path, store, questions, encoder, monkeypatch):
    update_passages(store, questions[:2])
    embed_missing(store, encoder)
    path = tmp_path / "vectors.npz"
    write_shipped_vectors(encoder.identity, dict(store.passages.vectors_by_hash(encoder.identity)), path)
    store.passages.drop_vectors_except([])
    del encoder.asked[:]
    monkeypatch.setattr(indexing, "shipped_vectors", lambda model: shipped_vectors(model, path))
    return path


def test_only_other_texts_are_embedded(file, store, questions, encoder):
    update_passages(store, questions)
    embed_missing(store, encoder)
    assert encoder.asked
    assert all("LRU" in text or "recent results" in text for text in encoder.asked)
    assert not store.passages.texts_without_vector(encoder.identity)


def test_they_are_what_the_encoder_gives(file, store, encoder):
    embed_missing(store, encoder)
    assert not encoder.asked
    (_, row), *_ = store.passages.vectors_by_hash(encoder.identity)
    assert np.linalg.norm(row) == pytest.approx(1.0, abs=1e-6)
    texts = dict(store.passages.texts_without_vector("none"))
    for key, vector in store.passages.vectors_by_hash(encoder.identity):
        assert vector @ encoder.encode([texts[key]])[0] > 0.9999


def test_another_encoder_takes_none_of_them(file):
    assert shipped_vectors("another", file) == {}
    assert shipped_vectors("words-1", file.with_name("missing.npz")) == {}


def test_the_file_in_the_package_fits_the_bank_and_the_bundled_encoder(store):
    encoder = SentenceEncoder()
    update_passages(store, shipped_questions())
    texts = dict(store.passages.texts_without_vector(encoder.identity))
    shipped = shipped_vectors(encoder.identity)
    there = sorted(texts.keys() & shipped.keys())
    assert len(there) > 0.95 * len(texts), "run `python -m training.embed_bank`"
    sample = there[:: len(there) // 5]
    rows = encoder.encode([texts[key] for key in sample])
    assert all(row @ shipped[key] > 0.999 for key, row in zip(sample, rows, strict=True))
