"""How well search finds questions: nDCG@10 of the coach and of stock pipelines on the same queries and the same texts.

    python -m benchmarks.retrieval [--json]

Queries: `retrieval_queries.jsonl`, written by hand over the shipped bank; half are paraphrases that avoid the words of
the question, half a few keywords. Stock pipelines share the encoder, the chunks and SQLite's lexical search with the
coach, but see questions and answers alone. Nothing is timed here; `retrieval_scale.py` does that.
"""

import argparse
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from coach.bank.shipped import shipped_questions
from coach.models import Question, SearchHit
from coach.ports import Embedder
from coach.retrieval.chunking import chunks
from coach.retrieval.embedder import SentenceEncoder
from coach.retrieval.hybrid import HybridRetriever
from coach.retrieval.indexing import embed_missing, index_questions
from coach.retrieval.store import NO_FILTERS
from coach.retrieval.word_search import lexical_scores
from coach.storage import Store

QUERIES = Path(__file__).with_name("retrieval_queries.jsonl")
DEPTH = 10
RRF_CONSTANT = 60
"""Of reciprocal rank fusion (Cormack et al. 2009)."""
Scores = Mapping[str, float]
Method = Callable[[str], Scores]


@dataclass(frozen=True, slots=True)
class Query:
    """style: "paraphrase" or "keywords".  relevant: ids of the questions that answer it."""

    text: str
    style: str
    relevant: frozenset[str]


def load_queries(path: Path = QUERIES) -> list[Query]:
    """The labelled queries."""
    rows = map(json.loads, path.read_text("utf-8").splitlines())
    return [Query(row["query"], row["style"], frozenset(row["relevant"])) for row in rows]


def ndcg(ranking: Sequence[str], relevant: frozenset[str], depth: int = DEPTH) -> float:
    """Normalised discounted cumulative gain with binary relevance (Järvelin and Kekäläinen 2002), 0..1."""
    gains = 1.0 / np.log2(np.arange(2, depth + 2))
    found = sum(gains[place] for place, key in enumerate(ranking[:depth]) if key in relevant)
    return float(found / gains[: len(relevant)].sum())


def evaluate(method: Method, queries: Sequence[Query]) -> dict[str, float]:
    """Mean nDCG@10 over all queries and over each style."""
    results: dict[str, list[float]] = {"all": []}
    for query in queries:
        scores = method(query.text)
        value = ndcg(sorted(scores, key=lambda key: (-scores[key], key)), query.relevant)
        results["all"].append(value)
        results.setdefault(query.style, []).append(value)
    return {style: round(float(np.mean(values)), 4) for style, values in results.items()}


def stock_methods(store: Store, embedder: Embedder) -> dict[str, Method]:
    """Pipelines as found in textbooks, from a query to scores by question id, over a home made by `index_plainly`."""
    views = store.passages.views(embedder.identity, sorted(store.passages.content_hashes()))
    matrix = np.frombuffer(b"".join(row[3] for row in views), dtype=np.float32).reshape(len(views), -1)

    def dense(query: str, view: str) -> dict[str, float]:
        best: dict[str, float] = {}
        for (key, _, kind, _), cosine in zip(views, matrix @ embedder.encode([query])[0], strict=True):
            if kind == view:
                best[key] = max(best.get(key, -1.0), float(cosine))
        return best

    def lexical(query: str) -> dict[str, float]:
        return lexical_scores(store, query, NO_FILTERS)

    def reciprocal_ranks(query: str) -> dict[str, float]:
        fused: dict[str, float] = {}
        for scores in (lexical(query), dense(query, "answer")):
            for rank, key in enumerate(sorted(scores, key=lambda key: -scores[key]), start=1):
                fused[key] = fused.get(key, 0.0) + 1.0 / (RRF_CONSTANT + rank)
        return fused

    def convex(query: str) -> dict[str, float]:
        words, asked = lexical(query), dense(query, "question")
        top = max(words.values(), default=1.0)
        return {
            key: cosine + 0.2 * words.get(key, 0.0) / top + 0.3 * asked[key]
            for key, cosine in dense(query, "answer").items()
        }

    return {
        "BM25 (FTS5)": lexical,
        "encoder on questions": lambda query: dense(query, "question"),
        "encoder on passages": lambda query: dense(query, "answer"),
        "reciprocal rank fusion": reciprocal_ranks,
        "convex sum": convex,
    }


def index_plainly(store: Store, questions: Sequence[Question], embedder: Embedder) -> None:
    """Index question and answer chunks, and nothing else."""
    for question in questions:
        chunked = [("answer", question.text, chunk) for chunk in chunks(question.answer)]
        store.passages.replace(question, "plain", [("question", "", question.text), *chunked], question.answer)
    embed_missing(store, embedder)


def compare(questions: Sequence[Question], queries: Sequence[Query], embedder: Embedder) -> dict[str, dict[str, float]]:
    """nDCG@10 by method and style, in homes of their own that hold `questions`."""
    with tempfile.TemporaryDirectory() as folder:
        plain, ours = Store(Path(folder) / "plain.db"), Store(Path(folder) / "coach.db")
        index_plainly(plain, questions, embedder)
        table = {name: evaluate(method, queries) for name, method in stock_methods(plain, embedder).items()}
        index_questions(ours, questions, embedder)
        retriever = HybridRetriever(ours, embedder)
        table["coach"] = evaluate(lambda query: by_id(retriever.search(query, DEPTH)), queries)
        plain.close()
        ours.close()
    return table


def by_id(hits: Sequence[SearchHit]) -> dict[str, float]:
    """Scores of a result list."""
    return {hit.question_id: hit.score for hit in hits}


def main() -> None:
    """Print the table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    wanted = parser.parse_args()
    queries = load_queries()
    table = compare(list(shipped_questions()), queries, SentenceEncoder())
    if wanted.json:
        print(json.dumps({"queries": len(queries), "ndcg_at_10": table}))
        return
    print(f"{len(queries)} queries, nDCG@10\n{'':26}{'all':>8}{'paraphrase':>12}{'keywords':>10}")
    for name, row in table.items():
        print(f"{name:26}{row['all']:8.3f}{row['paraphrase']:12.3f}{row['keywords']:10.3f}")


if __name__ == "__main__":
    main()
