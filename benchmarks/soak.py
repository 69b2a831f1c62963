"""Soak: many simulated questions through the real loop with the bundled models; memory and latency must stay flat.

    python -m benchmarks.soak [--questions 1000] [--minutes 240] [--json]

Answers are pieces of the model answers (the first third, every other sentence, a wrong topic), so follow-ups happen.
All runs in one process, as an evening of practice does. When the minutes are over, the question in hand is finished and
the figures of what was done are printed.

own_mib               memory of the process's own at the end: resident, without pages of mapped files. The word vectors
                      of the encoder are such pages; they come in with every new word, and leave when memory is short
rss_mib               resident memory at the end, mapped files included
own_mib_per_100       slope of the own memory over the questions after the warm-up, MiB per 100 questions, and the half
                      width of its 95 % confidence interval: noise
cost_per_100          likewise the slope of an answer's cost: its seconds over those of a fixed piece of work right
                      after it, so that other programs on the machine slow both; per 100 answers
slower                median cost of an answer in the last quarter / in the second quarter
not_graded            answers that the judge gave no verdict on
flat                  whether neither slope is above 0 by more than its noise; needs some 16 questions

Slopes are of the means of 12 batches in a row (Law, Simulation Modeling and Analysis, batch means): what comes close
together is not independent, and single values would make the noise look smaller than it is.
"""

import argparse
import json
import os
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from coach.assemble import Parts
from coach.config import load
from coach.errors import CoachError
from coach.events import Ungraded
from coach.models import Question
from coach.paths import Paths
from coach.session import Session

WARM_UP_SHARE = 0.25
"""Part of the questions in which caches fill, left out of the slopes."""

BATCHES = 12

FIXED_WORK = [
    f"Sentence {number} of a fixed length is embedded over and over, to see the machine." for number in range(8)
]


def own_memory(process: psutil.Process) -> tuple[float, float]:
    """(own, resident) memory in MiB; see above. Equal where the system does not tell mapped files apart."""
    info = process.memory_info()
    return (info.rss - getattr(info, "shared", 0)) / 2**20, info.rss / 2**20


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


def slope(values: Sequence[float]) -> tuple[float, float]:
    """(least-squares slope per step after the warm-up, half width of its 95 % confidence interval).

    Of batch means; the width is infinite for fewer values than batches.
    """
    kept = values[int(WARM_UP_SHARE * len(values)) :]
    size = len(kept) // BATCHES
    if not size:
        return 0.0, float("inf")
    means = np.asarray(kept[-BATCHES * size :]).reshape(BATCHES, size).mean(axis=1)
    (gradient, _), covariance = np.polyfit(size * np.arange(BATCHES), means, 1, cov=True)
    student = 2.23  # quantile .975 for BATCHES - 2 degrees of freedom
    return float(gradient), student * float(np.sqrt(covariance[0, 0]))


def soak(questions: int, minutes: float, home: Path, seed: int = 11) -> dict[str, Any]:
    """Practise `questions` questions, or as many as `minutes` allow; returns the figures."""
    chance, process = random.Random(seed), psutil.Process()
    started = time.monotonic()
    session = Session(Parts(load(Paths(home))))
    bank = session.store.questions.live()
    session.begin([chance.choice(bank).id for _ in range(questions)])
    memory: list[float] = []
    latency: list[float] = []
    cost: list[float] = []
    not_graded = 0
    while time.monotonic() - started < 60 * minutes and (conversation := session.next()):
        while conversation.attempt.state not in ("judged", "not_graded"):
            begun = time.monotonic()
            events = list(conversation.reply(answers(conversation.question, bank, chance)))
            latency.append(time.monotonic() - begun)
            not_graded += any(isinstance(event, Ungraded) for event in events)
        session.settle(conversation, None if conversation.attempt.graded else 0)
        conversation.close()
        begun = time.monotonic()
        session.parts.embedder.encode(FIXED_WORK)
        fixed = time.monotonic() - begun
        cost += [seconds / fixed for seconds in latency[len(cost) :]]
        own, resident = own_memory(process)
        memory.append(own)
        print(
            f"\r{len(memory)} of {questions} questions, {len(latency)} answers, {memory[-1]:.0f} MiB, "
            f"{time.monotonic() - started:.0f} s ",
            end="",
            file=sys.stderr,
            flush=True,
        )
    print(file=sys.stderr)
    session.finish()
    if not memory:
        raise CoachError(f"No question was finished in {minutes} minutes.", "Give more --minutes.")
    (growth, growth_noise), (slowing, slowing_noise) = slope(memory), slope(cost)
    quarter = max(1, len(cost) // 4)
    measured = np.isfinite(growth_noise + slowing_noise)
    flat = "too few to tell" if not measured else bool(growth <= growth_noise and slowing <= slowing_noise)
    return {
        "questions": len(memory),
        "answers": len(latency),
        "not_graded": not_graded,
        "own_mib": round(memory[-1], 1),
        "rss_mib": round(resident, 1),
        "own_mib_per_100": f"{100 * growth:+.2f} ± {100 * growth_noise:.2f}",
        "median_seconds": round(statistics.median(latency), 3),
        "p95_seconds": round(float(np.quantile(latency, 0.95)), 3),
        "cost_per_100": f"{100 * slowing:+.3f} ± {100 * slowing_noise:.3f}",
        "median_cost": round(statistics.median(cost), 3),
        "slower": round(statistics.median(cost[-quarter:]) / statistics.median(cost[quarter : 2 * quarter]), 3),
        "flat": flat,
        "seconds": round(time.monotonic() - started, 1),
    }


def main() -> None:
    """Print the figures, and with `--json` one object as the last line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--questions", type=int, default=30)
    parser.add_argument("--minutes", type=float, default=600.0)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["COACH_HOME"] = folder
        figures = soak(wanted.questions, wanted.minutes, Path(folder, "home"))
    for name, value in figures.items():
        print(f"{name:<18}{value!s:>20}")
    if wanted.json:
        print(json.dumps(figures, ensure_ascii=False))


if __name__ == "__main__":
    main()
