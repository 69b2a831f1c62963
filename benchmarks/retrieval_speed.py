"""How fast texts are embedded, and how soon a fresh process answers.

    python -m benchmarks.retrieval_speed [--json]

Embedding: texts per second of the coach's encoder over those of a bare `SentenceTransformer.encode`, on the same texts
(distinct passages of the shipped bank), in turns in one process. First answer: in new processes over the home named by
COACH_HOME, with byte code as after an installation, from the first line of Python to the lexical and to the full
result, and the part of it that is the query.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from typing import Any

from coach.bank.shipped import shipped_questions
from coach.retrieval.embedder import BATCH_TEXTS, SentenceEncoder
from coach.retrieval.views import views

TEXTS, ROUNDS, PROCESSES, FULL_PROCESSES = 192, 3, 10, 3
FRESH = """
import json, sys, time
start = time.perf_counter()
from coach.assemble import Parts
from coach.config import load
parts = Parts(load())
retriever = parts.retriever
opened = time.perf_counter()
query = "why do gradients vanish in deep networks"
lexical = retriever.search_lexical(query, 10)
answered = time.perf_counter()
times = {"open_ms": opened - start, "lexical_query_ms": answered - opened, "lexical_from_start_ms": answered - start}
if "full" in sys.argv:
    assert len(lexical) == len(retriever.search(query, 10)) == 10
    times = {"full_from_start_ms": time.perf_counter() - start}
print(json.dumps({name: 1000 * seconds for name, seconds in times.items()}))
"""


def seconds(call: Callable[[], Any]) -> float:
    """Time of one call, s."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def throughput() -> dict[str, float]:
    """Texts per second of both, medians over the rounds, and their ratio."""
    texts = list(dict.fromkeys(text for question in shipped_questions() for _, _, text in views(question)))[::7][:TEXTS]
    encoder = SentenceEncoder()
    bare = encoder._loaded()
    ours, theirs = [], []
    encoder.encode(texts[:64])
    for _ in range(ROUNDS):
        theirs.append(seconds(lambda: bare.encode(texts, batch_size=BATCH_TEXTS, normalize_embeddings=True)))
        ours.append(seconds(lambda: encoder.encode(texts)))
    coach, plain = len(texts) / statistics.median(ours), len(texts) / statistics.median(theirs)
    return {
        "texts_per_s": round(coach, 1),
        "bare_encode_texts_per_s": round(plain, 1),
        "ratio": round(coach / plain, 3),
    }


def first_answers() -> dict[str, float]:
    """Medians over fresh processes, ms."""
    with tempfile.TemporaryDirectory() as byte_code:
        environment = os.environ | {"PYTHONPYCACHEPREFIX": byte_code}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        fresh([], environment)  # writes the byte code
        lexical = [fresh([], environment) for _ in range(PROCESSES)]
    full = [fresh(["full"], os.environ) for _ in range(FULL_PROCESSES)]
    return medians(lexical) | medians(full)


def fresh(arguments: list[str], environment: Mapping[str, str]) -> dict[str, float]:
    """What a new process measured, ms."""
    command = [sys.executable, "-c", FRESH, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    times: dict[str, float] = json.loads(done.stdout)
    return times


def medians(runs: list[dict[str, float]]) -> dict[str, float]:
    """The median of every figure."""
    return {name: round(statistics.median(run[name] for run in runs), 1) for name in runs[0]}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    figures = {"embedding": throughput(), "first_answer": first_answers()}
    if wanted.json:
        print(json.dumps(figures))
        return
    for part, values in figures.items():
        print(part, *(f"  {name:26} {value}" for name, value in values.items()), sep="\n")


if __name__ == "__main__":
    main()
