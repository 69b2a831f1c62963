"""Soak: many simulated questions through the real loop with the bundled models; memory and latency must stay flat.

    python -m benchmarks.soak [--questions 1000] [--json]

Answers are pieces of the model answers (the first third, every other sentence, a wrong topic), so follow-ups happen.
All runs in one process, as an evening of practice does.

rss_mib_per_100     slope of the resident memory over the questions after the first WARM_UP, MiB per 100 questions
slower              median seconds per answer of the last quarter / of the second quarter
not_graded          answers that the judge gave no verdict on
"""

import argparse
import json
import os
import random
import re
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import psutil

from coach.assemble import Parts
from coach.config import load
from coach.events import Ungraded
from coach.models import Question
from coach.paths import Paths
from coach.session import Session

WARM_UP = 5
"""Questions after which caches are filled."""


def answers(question: Question, others: Sequence[Question], chance: random.Random) -> str:
    """Something that a person might type: partial, thinned out, beside the point, or nothing."""
    sentences = re.split(r"(?<=[.!?])\s+", question.answer)
    return chance.choice(
        [
            " ".join(sentences[: max(1, len(sentences) // 3)]),
            " ".join(sentences[::2]),
            chance.choice(others).answer[:600],
            "I don't know.",
        ]
    )


def soak(questions: int, home: Path, seed: int = 11) -> dict[str, float]:
    """Practise `questions` questions; returns the figures."""
    chance, process = random.Random(seed), psutil.Process()
    session = Session(Parts(load(Paths(home))))
    bank = session.store.questions.live()
    chosen = [chance.choice(bank).id for _ in range(questions)]
    session.begin(chosen)
    memory, latency, not_graded, started = [], [], 0, time.monotonic()
    while conversation := session.next():
        while conversation.attempt.state not in ("judged", "not_graded"):
            begun = time.monotonic()
            events = list(conversation.reply(answers(conversation.question, bank, chance)))
            latency.append(time.monotonic() - begun)
            not_graded += any(isinstance(event, Ungraded) for event in events)
        session.settle(conversation, None if conversation.attempt.graded else 0)
        conversation.close()
        memory.append(process.memory_info().rss / 2**20)
    quarter = max(1, len(latency) // 4)
    settled = memory[min(WARM_UP, len(memory) - 2) :]
    return {
        "questions": len(memory),
        "answers": len(latency),
        "not_graded": not_graded,
        "rss_mib": round(memory[-1], 1),
        "rss_mib_per_100": round(100 * float(np.polyfit(range(len(settled)), settled, 1)[0]), 2),
        "median_seconds": round(statistics.median(latency), 3),
        "p95_seconds": round(float(np.quantile(latency, 0.95)), 3),
        "slower": round(statistics.median(latency[-quarter:]) / statistics.median(latency[quarter : 2 * quarter]), 3),
        "seconds": round(time.monotonic() - started, 1),
    }


def main() -> None:
    """Print the figures, and with `--json` one object as the last line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--questions", type=int, default=30)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["COACH_HOME"] = folder
        figures = soak(wanted.questions, Path(folder, "home"))
    for name, value in figures.items():
        print(f"{name:<18}{value:>10}")
    if wanted.json:
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
