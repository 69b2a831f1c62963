"""Search at a million passages: recall, latency, sizes, and what adding a hundred passages costs.

    python -m benchmarks.retrieval_scale [--vectors 1000000] [--folder DIR] [--json]

The vectors are real ones (of the home's questions) mixed in pairs and perturbed, so that neighbourhoods are realistic:
v = normalised(a + 0.5 b + 0.6 noise), with noise of length 1. Queries are made in the same way from a held-out tenth of
the real vectors, so that no query has a copy in the index. Latencies are given beside those of the same work done by
plain FAISS or SQLite calls in the same run. A folder that is given is kept, and an interrupted build goes on in it.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import psutil

from coach.assemble import Parts
from coach.config import load
from coach.models import Question
from coach.retrieval.hybrid import HybridRetriever
from coach.retrieval.index import VectorIndex
from coach.retrieval.index_cache import IndexCache
from coach.storage import Store
from coach.storage.passages import text_hash

MODEL = "perturbed"
PASSAGES_PER_QUESTION = 10
QUERIES = 200
BLOCK = 20_000
DEPTH = 10


class Given:
    """An encoder whose vectors are looked up: what is timed is search, not encoding."""

    identity = MODEL

    def __init__(self, vectors: np.ndarray) -> None:
        self._vectors = vectors
        self.dim = int(vectors.shape[1])

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """The row that each text numbers."""
        return self._vectors[[int(text.split()[-1]) for text in texts]]


def real_vectors() -> np.ndarray:
    """(n, 384) vectors of every view of the questions in the home (COACH_HOME), embedded now if need be."""
    parts = Parts(load())
    parts.index()
    blocks = [block for _, block in parts.store.passages.vectors(parts.embedder.identity)]
    parts.close()
    return np.concatenate(blocks)


def perturbed(real: np.ndarray, count: int, draw: np.random.Generator) -> np.ndarray:
    """(count, dim) unit rows near to real ones."""
    noise = draw.normal(size=(count, real.shape[1])).astype(np.float32)
    noise *= 0.6 / np.linalg.norm(noise, axis=1, keepdims=True)
    rows = real[draw.integers(len(real), size=count)] + 0.5 * real[draw.integers(len(real), size=count)] + noise
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def fill(store: Store, real: np.ndarray, count: int) -> None:
    """Bring the home to `count` passages; those that are there already stay."""
    have = store.db.table("passages").count
    for start in range(have, count, BLOCK):
        numbers = range(start, min(start + BLOCK, count))
        rows = perturbed(real, len(numbers), np.random.default_rng(start))
        texts = [f"passage {number}" for number in numbers]
        keys = [text_hash(text) for text in texts]
        with store.atomic():
            store.db.table("passages").insert_all(
                {"question_id": f"q{number // PASSAGES_PER_QUESTION}", "view": "answer", "lead": "", "text": text}
                | {"text_hash": key}
                for number, text, key in zip(numbers, texts, keys, strict=True)
            )
            store.passages.add_vectors(MODEL, [(key, row.tobytes()) for key, row in zip(keys, rows, strict=True)])


def plain_flat(store: Store, dim: int) -> tuple[Any, np.ndarray]:
    """Plain FAISS, exact, on all vectors of the home, and the ids (n,) of its rows."""
    flat, ids = faiss.IndexFlatIP(dim), []
    for block_ids, block in store.passages.vectors(MODEL):
        flat.add(block)
        ids.append(block_ids)
    return flat, np.concatenate(ids)


def milliseconds(call: Callable[[Any], Any], inputs: Iterable[Any]) -> float:
    """Median time of one call, ms."""
    times = []
    for value in inputs:
        started = time.perf_counter()
        call(value)
        times.append(1000 * (time.perf_counter() - started))
    return round(statistics.median(times), 2)


def timed(call: Callable[[], Any]) -> tuple[Any, float]:
    """(result, seconds)."""
    started = time.perf_counter()
    result = call()
    return result, round(time.perf_counter() - started, 2)


def recall(index: VectorIndex, queries: np.ndarray, exact: np.ndarray, looked_up: int) -> float:
    """Share of the exact ten that are among the `looked_up` nearest of the index."""
    found = [{key for key, _ in index.search(query, looked_up)} for query in queries]
    return round(
        float(np.mean([len(one & set(row.tolist())) / DEPTH for one, row in zip(found, exact, strict=True)])), 4
    )


def measure(folder: Path, count: int) -> dict[str, Any]:
    """Everything, as one JSON object."""
    real = real_vectors()
    order = np.random.default_rng(0).permutation(len(real))
    held_out, kept = real[order[: len(real) // 10]], real[order[len(real) // 10 :]]
    queries = perturbed(held_out, QUERIES, np.random.default_rng(1))
    store = Store(folder / "coach.db")
    figures: dict[str, Any] = {"real_vectors": len(real), "fill_s": timed(lambda: fill(store, kept, count))[1]}
    cache = IndexCache(store, MODEL, real.shape[1], folder / "index")
    before = psutil.Process().memory_info().rss
    index, figures["build_s"] = timed(cache.current)
    figures["index_memory_mb"] = (psutil.Process().memory_info().rss - before) // 2**20
    figures["file_mb"] = cache.path.stat().st_size // 2**20 if cache.path else 0
    figures |= {"vectors": len(index), "kind": index.kind, "notes": cache.notes}
    figures |= searching(store, index, queries)
    retriever = HybridRetriever(store, Given(queries), folder / "index")
    figures["reopen_s"] = timed(retriever.refresh)[1]
    figures["retriever_p50_ms"] = milliseconds(lambda number: retriever.search(f"number {number}"), range(QUERIES))
    figures["add_100_s"] = timed(lambda: add_and_find(store, cache, kept))[1]
    figures["after_adding"] = f"{cache.current().kind}, {len(cache.current())} vectors"
    store.close()
    return figures


def searching(store: Store, index: VectorIndex, queries: np.ndarray) -> dict[str, float]:
    """Recall and latency of the index, beside plain FAISS on the same index and on all vectors."""
    plain, ids = plain_flat(store, queries.shape[1])
    exact = ids[plain.search(queries, DEPTH)[1]]
    return {
        "recall_at_10": recall(index, queries, exact, DEPTH),
        "recall_of_10_in_400": recall(index, queries, exact, 400),
        "search_10_p50_ms": milliseconds(lambda query: index.search(query, DEPTH), queries),
        "search_400_p50_ms": milliseconds(lambda query: index.search(query, 400), queries),
        "plain_faiss_same_index_p50_ms": milliseconds(lambda query: index._index.search(query[None], DEPTH), queries),
        "plain_faiss_flat_p50_ms": milliseconds(lambda query: plain.search(query[None], DEPTH), queries[:20]),
    }


def add_and_find(store: Store, cache: IndexCache, real: np.ndarray) -> None:
    """Add a hundred passages and search with the first of them."""
    rows = perturbed(real, 100, np.random.default_rng(2))
    texts = [f"new passage {number}" for number in range(100)]
    added = Question("added", "Added?", "", "t")
    store.passages.replace(added, "h", [("answer", "", text) for text in texts], "")
    store.passages.add_vectors(MODEL, [(text_hash(t), r.tobytes()) for t, r in zip(texts, rows, strict=True)])
    found = cache.current().search(rows[0], 1)[0][0]
    if found != int(cache.current().ids[-100]):
        raise AssertionError("the first new passage was not found")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vectors", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="kept; default: a temporary folder")
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        figures = measure(wanted.folder or Path(temporary), wanted.vectors)
    if wanted.json:
        print(json.dumps(figures))
        return
    for name, value in figures.items():
        print(f"{name:32} {value}")


if __name__ == "__main__":
    main()
