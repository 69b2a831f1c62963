"""The real bundled encoder."""

import ctypes
import shutil
import sys

import numpy as np
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.errors import EmbedderUnavailable
from coach.retrieval.embedder import (
    BATCH_TEXTS,
    QUERIES_KEPT,
    SHORTEST_SHARE,
    SentenceEncoder,
    _malloc_trim,
    batches,
    bundled_encoder,
    encoder_identity,
)


@pytest.fixture(scope="module")
def minilm() -> SentenceEncoder:
    return SentenceEncoder()


def test_rows_are_float32_of_length_one_in_order(minilm):
    texts = ["a cat sits on the mat", "stochastic gradient descent", "a kitten on a rug"]
    rows = minilm.encode(texts)
    assert rows.shape == (3, minilm.dim) == (3, 384)
    assert rows.dtype == np.float32
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert rows[0] @ rows[2] > rows[0] @ rows[1] + 0.3


def test_it_agrees_with_the_library(minilm):
    texts = ["short", "a somewhat longer text about attention heads"]
    bare = minilm._loaded().encode(texts, normalize_embeddings=True, show_progress_bar=False)
    assert minilm.encode(texts) == pytest.approx(bare, abs=1e-5)


def test_identical_texts_are_computed_once(minilm, monkeypatch):
    computed: list[str] = []
    compute = minilm._compute
    monkeypatch.setattr(minilm, "_compute", lambda texts: computed.extend(texts) or compute(texts))
    rows = minilm.encode(["one", "two", "one", "one"])
    assert computed == ["one", "two"]
    assert (rows[0] == rows[2]).all()
    assert (rows[0] == rows[3]).all()
    assert not (rows[0] == rows[1]).all()


def test_frequent_queries_are_remembered_and_cannot_be_spoilt(minilm):
    before = minilm.hits
    first = minilm.encode(["what is dropout"])
    first[:] = 0
    again = minilm.encode(["what is dropout"])
    assert minilm.hits == before + 1
    assert np.linalg.norm(again) == pytest.approx(1.0, abs=1e-5)
    assert QUERIES_KEPT * 384 * 4 < 4_000_000


@given(st.lists(st.integers(0, 2000), max_size=200))
def test_a_long_text_does_not_stand_in_a_batch_of_short_ones(lengths: list[int]) -> None:
    found = batches(lengths)
    assert sorted(i for batch in found for i in batch) == list(range(len(lengths)))
    for batch in found:
        assert len(batch) <= BATCH_TEXTS
        assert min(lengths[i] for i in batch) >= SHORTEST_SHARE * max(lengths[i] for i in batch)


def test_no_text_gives_no_row(minilm):
    assert minilm.encode([]).shape == (0, 384)


def test_the_identity_follows_the_weights_and_needs_no_loading(tmp_path):
    folder = tmp_path / "model"
    shutil.copytree(bundled_encoder(), folder)
    assert encoder_identity(folder) == SentenceEncoder().identity
    with (folder / "model.safetensors").open("r+b") as file:
        file.seek(-1, 2)
        last = file.read(1)
        file.seek(-1, 2)
        file.write(bytes([last[0] ^ 1]))
    assert encoder_identity(folder) != SentenceEncoder().identity


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_a_folder_without_an_encoder_is_named(tmp_path, name):
    (tmp_path / "empty").mkdir()
    encoder = SentenceEncoder(tmp_path / name)
    with pytest.raises(EmbedderUnavailable, match=name):
        encoder.encode(["x"])
    with pytest.raises(EmbedderUnavailable, match=name):
        _ = encoder.identity
    encoder.warm().join()
    assert not encoder.ready


@pytest.mark.skipif(_malloc_trim() is None, reason="the C library keeps no freed memory, or cannot be asked for it")
def test_batches_of_ever_other_sizes_keep_no_memory(minilm: SentenceEncoder) -> None:
    process = psutil.Process()
    minilm.encode(["what is kept", "from the start"])
    before = process.memory_info().rss
    for size in range(1, 15):
        minilm.encode([f"{number} " + "gradient " * (7 * size + number) for number in range(2, 2 + size)])
    assert process.memory_info().rss - before < 25 << 20


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "mallinfo2"), reason="only glibc says what is in use"
)
def test_what_was_compiled_for_a_shape_is_not_kept_for_all_shapes(minilm: SentenceEncoder) -> None:
    def in_use() -> int:
        fields = [(name, ctypes.c_size_t) for name in "arena ordblks smblks hblks hblkhd usmblks fsmblks used".split()]
        kept = type("MallInfo2", (ctypes.Structure,), {"_fields_": [*fields, ("free", ctypes.c_size_t * 2)]})
        ask = ctypes.CDLL(None).mallinfo2
        ask.restype = kept
        return int(ask().used)

    def encode(texts: int) -> None:
        for words in range(1, 41):
            minilm.encode([f"{number} " + "loss " * words for number in range(texts)])

    encode(1)
    encode(2)
    before = in_use()
    encode(3)
    encode(4)
    assert in_use() - before < 1_000_000
