"""Finding the passage on a missed point: the bare question against the query rewritten from the conversation.

    python -m benchmarks.retrieval_conversation [--questions 100] [--json]

Corpus: the model answers of the graded answers in `training/data`, one question each, without key points; `--questions`
takes the first ones only. For each question two key points that a graded answer misses; wanted is, among all passages,
the one of that question's model answer that shares most words with the point (questions with one passage only are left
out).
"""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from coach.models import Passage, Question
from coach.ports import Embedder
from coach.retrieval.embedder import SentenceEncoder
from coach.retrieval.hybrid import HybridRetriever
from coach.retrieval.indexing import index_questions
from coach.retrieval.lexical import terms
from coach.retrieval.rewrite import rewritten
from coach.storage import Store

DATA = Path(__file__).parents[1] / "training" / "data"
DEPTH = 10
POINTS_PER_QUESTION = 2


def records() -> list[dict[str, Any]]:
    """Questions with reference, key points and graded answers."""
    return [json.loads(line) for path in sorted(DATA.glob("graded_*.jsonl")) for line in path.open(encoding="utf-8")]


def wanted_passage(point: str, passages: list[Passage]) -> int:
    """Id of the passage that shares most words with the point."""
    words = set(terms(point))
    return max(passages, key=lambda row: len(words & set(terms(row.text)))).id


def measure(embedder: Embedder, questions_at_most: int | None) -> dict[str, dict[str, float]]:
    """Mean reciprocal rank and share at rank 1, for the bare question and the rewritten query."""
    rows = [row for row in records() if row.get("reference")][:questions_at_most]
    questions = [Question(row["id"], row["question"], row["reference"], "graded") for row in rows]
    ranks: dict[str, list[float]] = {"question": [], "question + answer": [], "question + point": []}
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "coach.db")
        index_questions(store, questions, embedder)
        retriever = HybridRetriever(store, embedder)
        for row in rows:
            passages = [one for one in store.passages.passages_of([row["id"]]) if one.view == "answer"]
            if len(passages) < 2:
                continue
            said = row["answers"][-1]["text"] if row.get("answers") else ""
            for point in [point["text"] for point in row["key_points"]][-POINTS_PER_QUESTION:]:
                wanted = wanted_passage(point, passages)
                queries = [
                    row["question"],
                    rewritten(row["question"], "", said),
                    rewritten(row["question"], point, said),
                ]
                for name, query in zip(ranks, queries, strict=True):
                    found = [passage.id for passage, _ in retriever.passages(query, DEPTH)]
                    ranks[name].append(1 / (1 + found.index(wanted)) if wanted in found else 0.0)
        store.close()
    return {
        name: {
            "points": len(values),
            "mrr": round(sum(values) / len(values), 4),
            "first": round(sum(value == 1 for value in values) / len(values), 4),
        }
        for name, values in ranks.items()
    }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, help="default: all")
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    table = measure(SentenceEncoder(), wanted.questions)
    if wanted.json:
        print(json.dumps(table))
        return
    for name, row in table.items():
        print(f"{name:28} MRR {row['mrr']:.3f}   first {row['first']:.3f}   ({row['points']} points)")


if __name__ == "__main__":
    main()
