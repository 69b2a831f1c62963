"""Search at a million passages: recall, latency, sizes, an interrupted build, and what adding a hundred costs.

    python -m benchmarks.retrieval_scale [--vectors 1000000] [--folder DIR] [--json]

The vectors are real ones (of the home's questions) mixed in pairs and perturbed, so that neighbourhoods are realistic:
v = normalised(a + 0.5 b + 0.6 noise), with noise of length 1; the ten passages of a question share a. Queries are made
in the same way from a held-out tenth of the real vectors, so that no query has a copy in the index; for the search by
words and for the whole search they have the texts of the dev queries. Each question has a lexical document: a title and
three passages of the home, drawn at random, so that common words are in half of the documents. Ratios are to plain
FAISS on the same index in the same run. Queries run in one thread and are given in processor time, which other work on
the machine lengthens less. The build is broken off in the middle and gone on with. A folder that is given is kept, with
whatever is built already.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import psutil

from benchmarks.retrieval import load_queries
from coach.assemble import Parts
from coach.config import load
from coach.models import Question
from coach.retrieval.candidates import DENSE_CANDIDATES_OF_MANY
from coach.retrieval.embedder import SentenceEncoder
from coach.retrieval.hybrid import HybridRetriever
from coach.retrieval.index import VectorIndex
from coach.retrieval.index_cache import SAVE_EVERY, IndexCache
from coach.retrieval.store import NO_FILTERS
from coach.retrieval.word_search import lexical_scores
from coach.storage import Store
from coach.storage.passages import text_hash

MODEL = "perturbed"
PASSAGES_PER_QUESTION, PASSAGES_INDEXED = 10, 3
QUERIES = 200
ADDED = 100
BLOCK = 20_000
DEPTH = 10


class Given:
    """An encoder whose vectors are looked up: what is timed is search, not encoding."""

    identity = MODEL

    def __init__(self, vectors: Mapping[str, np.ndarray]) -> None:
        self._vectors = vectors
        self.dim = len(next(iter(vectors.values())))

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """The row of each text."""
        return np.stack([self._vectors[text] for text in texts])


def real_texts() -> tuple[np.ndarray, list[str], list[str]]:
    """((n, 384) vectors, titles, passages) of the questions in the home (COACH_HOME), embedded now if need be."""
    parts = Parts(load())
    parts.index()
    blocks = [block for _, block in parts.store.passages.vectors(parts.embedder.identity)]
    questions = parts.store.questions.live()
    passages = parts.store.passages.passages_of([question.id for question in questions])
    parts.close()
    return np.concatenate(blocks), [question.text for question in questions], [passage.text for passage in passages]


def perturbed(real: np.ndarray, count: int, draw: np.random.Generator, together: int = 1) -> np.ndarray:
    """(count, dim) unit rows near to real ones, so many that follow one another near to the same."""
    noise = draw.normal(size=(count, real.shape[1])).astype(np.float32)
    noise *= 0.6 / np.linalg.norm(noise, axis=1, keepdims=True)
    anchors = draw.integers(len(real), size=-(-count // together)).repeat(together)[:count]
    rows = real[anchors] + 0.5 * real[draw.integers(len(real), size=count)] + noise
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def fill(store: Store, real: np.ndarray, count: int) -> None:
    """Bring the home to `count` passages; those that are there already stay."""
    have = store.db.table("passages").count
    for start in range(have, count, BLOCK):
        numbers = range(start, min(start + BLOCK, count))
        rows = perturbed(real, len(numbers), np.random.default_rng(start), PASSAGES_PER_QUESTION)
        texts = [f"passage {number}" for number in numbers]
        keys = [text_hash(text) for text in texts]
        with store.atomic():
            store.db.table("passages").insert_all(
                {"question_id": f"q{number // PASSAGES_PER_QUESTION}", "view": "answer", "lead": "", "text": text}
                | {"text_hash": key}
                for number, text, key in zip(numbers, texts, keys, strict=True)
            )
            store.passages.add_vectors(MODEL, [(key, row.tobytes()) for key, row in zip(keys, rows, strict=True)])


def fill_words(store: Store, titles: Sequence[str], passages: Sequence[str], count: int) -> None:
    """Give each of `count` questions its lexical document, unless they have them already."""
    draw = np.random.default_rng(4)
    if store.passages.documents():
        return
    with store.atomic():
        for number in range(count):
            words = [passages[at] for at in draw.integers(len(passages), size=PASSAGES_INDEXED)]
            row = [number + 1, f"q{number}", "", "", "", 1, ""]
            store.db.execute("insert into indexed_questions values (?, ?, ?, ?, ?, ?, ?)", row)
            document = [number + 1, titles[int(draw.integers(len(titles)))], "\n".join(words)]
            store.db.execute("insert into questions_fts (rowid, title, body, tags) values (?, ?, ?, '')", document)


def plain_flat(store: Store, dim: int) -> tuple[Any, np.ndarray]:
    """Plain FAISS, exact, on all vectors of the home, and the ids (n,) of its rows."""
    flat, ids = faiss.IndexFlatIP(dim), []
    for block_ids, block in store.passages.vectors(MODEL):
        flat.add(block)
        ids.append(block_ids)
    return flat, np.concatenate(ids)


def milliseconds(call: Callable[[Any], Any], inputs: Iterable[Any]) -> float:
    """Median processor time of one call, ms."""
    times = []
    for value in inputs:
        started = time.process_time()
        call(value)
        times.append(1000 * (time.process_time() - started))
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


class BrokenOff(Exception):
    """Stands for whatever interrupts a build."""


def build(store: Store, dim: int, folder: Path, count: int) -> tuple[IndexCache, dict[str, Any]]:
    """An index, built in two parts where saving in between is provided for, and what that took."""

    def break_off(done: int, total: int, what: str) -> None:
        if done > max(SAVE_EVERY, count // 2):
            raise BrokenOff

    def first_part() -> None:
        with suppress(BrokenOff):
            IndexCache(store, MODEL, dim, folder).current(break_off)

    missing: list[int] = []
    cache = IndexCache(store, MODEL, dim, folder)
    broken_off = timed(first_part)[1] if count > 2 * SAVE_EVERY else 0.0
    _, rest = timed(lambda: cache.current(lambda done, total, what: missing.append(total)))
    figures = {"build_s": round(broken_off + rest, 1), "gone_on_from": count - (missing[0] if missing else 0)}
    return cache, figures | {"file_mb": cache.path.stat().st_size // 2**20 if cache.path else 0}


def reopened(folder: Path, dim: int) -> dict[str, float]:
    """Opening what was built, in a process of its own."""
    store = Store(folder / "coach.db")
    cache = IndexCache(store, MODEL, dim, folder / "index")
    faiss.IndexFlatIP(dim).search(np.ones((1, dim), dtype=np.float32), 1)  # the library is loaded and has its threads
    before = psutil.Process().memory_info().rss
    index, seconds = timed(cache.current)
    grown = (psutil.Process().memory_info().rss - before) // 2**20
    return {"reopen_s": seconds, "reopened_vectors": len(index), "index_memory_mb": grown}


def measure(folder: Path, count: int) -> dict[str, Any]:
    """Everything, as one JSON object."""
    real, titles, passages = real_texts()
    order = np.random.default_rng(0).permutation(len(real))
    held_out, kept = real[order[: len(real) // 10]], real[order[len(real) // 10 :]]
    queries = perturbed(held_out, QUERIES, np.random.default_rng(1))
    store = Store(folder / "coach.db")
    figures: dict[str, Any] = {"real_vectors": len(real), "fill_s": timed(lambda: fill(store, kept, count))[1]}
    fill_words(store, titles, passages, count // PASSAGES_PER_QUESTION)
    cache, built = build(store, real.shape[1], folder / "index", count)
    index = cache.current()
    figures |= built | {"vectors": len(index), "kind": index.kind}
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        figures |= process.submit(reopened, folder, real.shape[1]).result()
    plain, ids = plain_flat(store, real.shape[1])
    faiss.omp_set_num_threads(1)
    figures |= searching(index, plain, ids, queries)
    texts = [query.text for query in load_queries()][:QUERIES]
    retriever = HybridRetriever(store, Given(dict(zip(texts, queries, strict=True))), folder / "index")
    retriever.refresh()
    encoder = SentenceEncoder()
    encoder.encode(["warm"])
    figures["words_p50_ms"] = milliseconds(lambda text: lexical_scores(store, text, NO_FILTERS), texts)
    figures["retriever_p50_ms"] = milliseconds(retriever.search, texts)
    figures["encode_query_p50_ms"] = milliseconds(lambda text: encoder.encode([text]), texts)
    figures |= adding(store, cache, kept, plain, ids)
    store.close()
    return figures


def searching(index: VectorIndex, plain: Any, ids: np.ndarray, queries: np.ndarray) -> dict[str, float]:
    """Recall and latency of the index, beside plain FAISS on the same index and, exact, on all vectors."""
    exact = ids[plain.search(queries, DEPTH)[1]]
    ours = milliseconds(lambda query: index.search(query, DEPTH), queries)
    theirs = milliseconds(lambda query: index._index.search(query[None], DEPTH), queries)
    return {
        "recall_at_10": recall(index, queries, exact, DEPTH),
        "recall_of_10_in_candidates": recall(index, queries, exact, DENSE_CANDIDATES_OF_MANY),
        "search_10_p50_ms": ours,
        "plain_faiss_same_index_p50_ms": theirs,
        "ratio_to_plain_faiss": round(ours / theirs, 2),
        "search_candidates_p50_ms": milliseconds(lambda query: index.search(query, DENSE_CANDIDATES_OF_MANY), queries),
        "plain_faiss_flat_p50_ms": milliseconds(lambda query: plain.search(query[None], DEPTH), queries[:20]),
    }


def adding(store: Store, cache: IndexCache, real: np.ndarray, plain: Any, ids: np.ndarray) -> dict[str, Any]:
    """What a hundred more passages cost, and recall of queries near to them."""
    rows = perturbed(real, ADDED, np.random.default_rng(2), PASSAGES_PER_QUESTION)
    texts = [f"new passage {number}" for number in range(ADDED)]
    added = Question("added", "Added?", "", "t")
    store.passages.replace(added, "h", [("answer", "", text) for text in texts], "")
    store.passages.add_vectors(MODEL, [(text_hash(t), r.tobytes()) for t, r in zip(texts, rows, strict=True)])
    written = cache.path.stat().st_mtime_ns if cache.path else 0
    index, seconds = timed(cache.current)
    plain.add(rows)
    near = perturbed(rows, QUERIES, np.random.default_rng(3))
    exact = np.concatenate([ids, index.ids[-ADDED:]])[plain.search(near, DEPTH)[1]]
    return {
        "add_100_s": seconds,
        "vectors_after_adding": len(index),
        "file_rewritten": bool(cache.path and cache.path.stat().st_mtime_ns != written),
        "recall_at_10_after_adding": recall(index, near, exact, DEPTH),
    }


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
