"""The index is a cache: whatever happens to its file, search is right afterwards."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from coach.backup import back_up, restore
from coach.paths import Paths
from coach.retrieval import index, index_cache
from coach.retrieval.index_cache import IndexCache
from coach.storage import Store

MODEL, DIM = "model-a", 16
NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


def unit_rows(count: int, seed: int = 0, dim: int = DIM) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(count, dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def fill(store, rows: np.ndarray, model: str = MODEL, first: int = 0) -> None:
    """One question whose passages have these vectors; texts are numbered from `first`."""
    from coach.models import Question
    from coach.storage.passages import text_hash

    texts = [f"passage {first + number}" for number in range(len(rows))]
    store.passages.replace(Question(f"q{first}", "?", "", "t"), "h", [("answer", "", text) for text in texts], "")
    store.passages.add_vectors(model, [(text_hash(t), r.tobytes()) for t, r in zip(texts, rows, strict=True)])


@pytest.fixture
def rows(store) -> np.ndarray:
    made = unit_rows(50)
    fill(store, made)
    return made


def opened(store, folder: Path, model: str = MODEL) -> IndexCache:
    cache = IndexCache(store, model, DIM, folder)
    cache.current()
    return cache


def nearest(cache: IndexCache, query: np.ndarray) -> int:
    return cache.current().search(query, 1)[0][0]


def answers_rightly(cache: IndexCache, store, rows: np.ndarray) -> bool:
    ids = store.passages.vector_ids(MODEL)
    return [nearest(cache, row) for row in rows] == ids.tolist()


def test_second_opening_reads_the_file_and_a_deleted_one_is_built_again(store, rows, tmp_path):
    assert opened(store, tmp_path).notes == "built: there was no file"
    again = opened(store, tmp_path)
    assert again.notes == "opened"
    assert answers_rightly(again, store, rows)
    again.path.unlink()
    rebuilt = opened(store, tmp_path)
    assert rebuilt.notes == "built: there was no file"
    assert answers_rightly(rebuilt, store, rows)
    assert rebuilt.path.exists()


def flip(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1 :]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:100],
        lambda data: data[:-1],
        lambda data: data + b"x",
        lambda data: flip(data, 3),
        lambda data: flip(data, 60),
        lambda data: flip(data, 4000),
        lambda data: flip(data, 4096),
        lambda data: flip(data, len(data) // 2),
        lambda data: flip(data, len(data) - 1),
    ],
    ids="empty header-cut last-byte-gone grown magic header padding first-of-payload middle last".split(),
)
def test_a_damaged_file_is_noticed_and_built_anew(store, rows, tmp_path, damage):
    path = opened(store, tmp_path).path
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    cache = opened(store, tmp_path)
    assert cache.notes.startswith("built anew")
    assert answers_rightly(cache, store, rows)
    assert path.read_bytes() == whole


def test_the_file_of_another_encoder_is_not_used(store, rows, tmp_path):
    path = opened(store, tmp_path).path
    fill(store, unit_rows(50, seed=1), model="model-b")
    path.rename(path.with_name("model-b.vectors"))
    cache = opened(store, tmp_path, "model-b")
    assert "another encoder" in cache.notes
    assert len(cache.current()) == 50


def test_the_file_of_an_older_corpus_is_brought_up_to_date(store, rows, tmp_path):
    opened(store, tmp_path)
    more = unit_rows(7, seed=2)
    fill(store, more, first=1000)
    cache = opened(store, tmp_path)
    assert cache.notes == "opened, of an older corpus"
    assert answers_rightly(cache, store, np.concatenate([rows, more]))


def test_a_running_cache_follows_additions_and_removals(store, rows, tmp_path):
    cache = opened(store, tmp_path)
    fill(store, unit_rows(3, seed=3), first=2000)
    assert len(cache.current()) == 53
    store.passages.remove(["q0"])
    assert len(cache.current()) == 3
    assert nearest(cache, rows[0]) not in range(51)


def test_few_additions_neither_retrain_nor_rewrite_the_file(store, tmp_path, monkeypatch):
    monkeypatch.setattr(index, "FLAT_MOST", 100)
    fill(store, unit_rows(3000))
    cache = opened(store, tmp_path)
    assert cache.current().kind == "ivf"
    before = cache.path.read_bytes()
    monkeypatch.setattr(index.VectorIndex, "train", lambda self, vectors: pytest.fail("trained again"))
    new = unit_rows(10, seed=4)
    fill(store, new, first=5000)
    assert nearest(cache, new[0]) == store.passages.vector_ids(MODEL)[3000]
    assert cache.path.read_bytes() == before
    assert len(opened(store, tmp_path).current()) == 3010


def test_an_interrupted_build_goes_on_where_it_was_saved(store, tmp_path, monkeypatch):
    monkeypatch.setattr(index, "FLAT_MOST", 100)
    monkeypatch.setattr(index_cache, "SAVE_EVERY", 1000)
    monkeypatch.setattr("coach.storage.passages.VECTORS_AT_ONCE", 1000)
    fill(store, unit_rows(4000))

    def interrupt(done: int, total: int, what: str) -> None:
        if done == 3000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        IndexCache(store, MODEL, DIM, tmp_path).current(interrupt)
    added: list[int] = []
    IndexCache(store, MODEL, DIM, tmp_path).current(lambda done, total, what: added.append(total))
    assert set(added) == {2000}


def test_a_corpus_that_outgrows_its_kind_gets_another(store, rows, tmp_path, monkeypatch):
    cache = opened(store, tmp_path)
    monkeypatch.setattr(index, "FLAT_MOST", 100)
    fill(store, unit_rows(200, seed=5), first=100)
    assert cache.current().kind == "ivf"
    assert len(cache.current()) == 250


def test_without_a_writable_folder_search_still_works(store, rows, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    cache = opened(store, blocked)
    assert "kept in memory" in cache.notes
    assert answers_rightly(cache, store, rows)


@pytest.mark.parametrize("usable", [True, False], ids=["written over", "replaced"])
def test_a_restored_database_is_searched_as_it_is(store, rows, tmp_path, usable):
    """What comes after a restore is found by its own vector, by a coach that is running and by a new one."""
    paths = Paths(store.path.parent)
    running = opened(store, paths.index)
    backup = back_up(paths, now=NOW)
    fill(store, unit_rows(50, seed=1), first=100)
    running.current()
    if not usable:
        store.close()
        store.path.unlink()
    restore(paths, backup.path, now=NOW)
    store = store if usable else Store(paths.database)
    latest = unit_rows(50, seed=2)
    fill(store, latest, first=200)
    for cache in [opened(store, paths.index), *([running] if usable else [])]:
        assert answers_rightly(cache, store, np.concatenate([rows, latest]))
    store.close()
