"""The vector index agrees with plain NumPy."""

import io

import faiss
import numpy as np
import pytest

from coach.retrieval import index
from coach.retrieval.index import VectorIndex, kind_for, lists_for, training_size


def clustered_rows(count: int, dim: int = 32) -> np.ndarray:
    draw = np.random.default_rng(7)
    rows = draw.normal(size=(count // 10, dim)).repeat(10, axis=0) + 0.5 * draw.normal(size=(count, dim))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def test_flat_search_is_exact():
    rows = clustered_rows(500)
    ids = np.arange(500) * 3 + 5
    built = VectorIndex(32)
    built.add(ids, rows)
    for query in rows[:20] + np.float32(0.1):
        found = built.search(query, 7)
        cosines = rows @ query
        assert [key for key, _ in found] == ids[np.argsort(-cosines)[:7]].tolist()
        assert [score for _, score in found] == pytest.approx(np.sort(cosines)[::-1][:7].tolist(), abs=1e-5)


@pytest.mark.parametrize("kind", ["ivf", "ivfpq"])
def test_lossy_kinds_find_most_neighbours(kind):
    rows = clustered_rows(6000)
    built = VectorIndex(32, kind, len(rows))
    built.train(rows)
    built.add(np.arange(len(rows)), rows)
    queries = rows[::300]
    exact = np.argsort(-(queries @ rows.T), axis=1)[:, :10]
    recall = np.mean(
        [len({key for key, _ in built.search(q, 10)} & set(e)) / 10 for q, e in zip(queries, exact, strict=True)]
    )
    assert recall > 0.9


@pytest.mark.parametrize("kind", ["flat", "ivf", "ivfpq"])
def test_written_and_read_back_it_is_the_same(kind):
    rows = clustered_rows(3000)
    built = VectorIndex(32, kind, len(rows))
    built.train(rows)
    built.add(np.arange(len(rows)), rows)
    built.remove(np.arange(0, 3000, 2))
    file = io.BytesIO()
    built.write(file)
    file.seek(0)
    read = VectorIndex.read(file, dim=32, kind=kind, trained_for=len(rows))
    assert read.ids.tolist() == list(range(1, 3000, 2))
    for query in rows[:5]:
        assert read.search(query, 10) == built.search(query, 10)
        assert all(key % 2 for key, _ in read.search(query, 10))


def test_fewer_vectors_than_asked_for_gives_what_there_is():
    built = VectorIndex(4)
    assert built.search(np.ones(4, dtype=np.float32), 5) == []
    built.add(np.array([9]), np.eye(4, dtype=np.float32)[:1])
    assert built.search(np.ones(4, dtype=np.float32), 5) == [(9, 1.0)]


def test_the_copy_on_the_gpu_is_asked_within_its_limit_and_follows_changes(monkeypatch):
    class Copy:
        """In place of the GPU's: as it was when it was made, and it refuses what a GPU refuses."""

        def __init__(self, original):
            self._copy = faiss.clone_index(original)

        def search(self, rows, count):
            asked.append(count)
            assert count <= index.MOST_ON_GPU
            return self._copy.search(rows, count)

    asked: list[int] = []
    monkeypatch.setattr(index, "_on_gpu", Copy)
    rows = clustered_rows(3000)
    built = VectorIndex(32)
    built.add(np.arange(2999), rows[:2999])
    assert built.search(rows[5], 1)[0][0] == 5
    assert len(built.search(rows[5], 2999)) == 2999
    built.add(np.array([2999]), rows[2999:])
    assert built.search(rows[2999], 1)[0][0] == 2999
    assert asked == [1, 1]


def test_wrong_shapes_are_named():
    built = VectorIndex(4)
    with pytest.raises(ValueError, match=r"\(2, 3\).*4 dimensions"):
        built.add(np.array([1, 2]), np.ones((2, 3), dtype=np.float32))
    with pytest.raises(ValueError, match=r"\(5,\)"):
        built.search(np.ones(5, dtype=np.float32), 1)


def test_the_kind_follows_the_size():
    assert [kind_for(count) for count in (0, index.FLAT_MOST, index.FLAT_MOST + 1, 10**6, 10**7)] == [
        "flat", "flat", "ivf", "ivf", "ivfpq",
    ]  # fmt: skip
    assert lists_for(10**6) == 2048
    assert training_size(10**6) == 2048 * index.TRAINING_PER_LIST
    assert training_size(1000) == 0
