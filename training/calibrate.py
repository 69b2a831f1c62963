"""Fits the judges' small models and writes their weights: `python -m training.calibrate CHECKPOINT --extra PATHS`.

The semantic judge is fitted on the answers the adapter was trained on as well (it has few weights); the combination is
fitted on held-out questions alone, which neither judge has seen, and reported out of fold.
"""

import argparse
import itertools
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from coach.ports import Embedder
from coach.retrieval.embedder import SentenceEncoder
from coach.scoring import combine
from coach.scoring.combine import LLM_SIGNALS, OrdinalModel, llm_signals
from coach.scoring.llm_judge import log_softmax
from coach.scoring.semantic import FEATURES
from training import mixture, ordinal
from training.augment import degenerate
from training.features import semantic_features
from training.graded import GradedAnswer, with_sentence_points
from training.llama_lora import LoraLlama
from training.measure import (
    auc,
    macro_f1,
    pearson,
    quadratic_weighted_kappa,
    rank_accuracy,
    replace_followups,
    verdict_logits,
)
from training.packing import Tokenizer
from training.train import bundled_gguf

Floats = npt.NDArray[np.float64]
WEIGHTS = Path(__file__).parent.parent / "coach" / "scoring" / "weights"
PUBLIC_FITTED = {"scientsbank": 1000, "saf_en": 300, "beetle": 300}
PUBLIC_HELD_OUT = {"scientsbank": 300, "saf_en": 120, "beetle": 120}
DEGENERATE = 300
"""Answers without content that the semantic judge is shown besides."""

PUBLIC_WEIGHT = 0.5
OWN_SHARE = 4.0
"""Weight of our own answers against public ones when the score is tuned."""
COMBINED_SIGNALS = (
    *LLM_SIGNALS,
    "semantic_present",
    "semantic_wrong",
    "answer_words",
    "point_words",
    "prose",
    "command",
    "words_answer",
)
RISING = ("llm_present", "llm_full", "semantic_present", "words_answer")


@dataclass(frozen=True, slots=True)
class Labelled:
    """Answers with what the judges see in them: features (points, columns) and, where computed, logits (points, 4)."""

    answers: list[GradedAnswer]
    features: list[npt.NDArray[np.float32]]
    logits: list[Floats]

    def groups(self) -> list[str]:
        return [a.question_id for a in self.answers for _ in a.points]

    def targets(self) -> Floats:
        return np.array([p.target for a in self.answers for p in a.points])

    def weights(self) -> Floats:
        shares = [1.0 if a.source.startswith("graded_") else PUBLIC_WEIGHT for a in self.answers]
        return np.array([share for share, a in zip(shares, self.answers, strict=True) for _ in a.points])


def drawn(answers: Sequence[GradedAnswer], counts: dict[str, int], seed: int = 1) -> list[GradedAnswer]:
    """A fixed sample of each public set."""
    rng = random.Random(seed)
    found: list[GradedAnswer] = []
    for source, count in counts.items():
        of_source = [a for a in answers if a.source == source]
        found += rng.sample(of_source, min(count, len(of_source)))
    return [with_sentence_points(a) for a in found]


def labelled(
    answers: list[GradedAnswer], embedder: Embedder, model: LoraLlama | None, tokenizer: Tokenizer | None
) -> Labelled:
    bare = [replace_followups(a) for a in answers]
    logits = verdict_logits(model, bare, tokenizer) if model and tokenizer else []
    return Labelled(bare, semantic_features(bare, embedder), logits)


def fit_semantic(train: Labelled) -> OrdinalModel:
    sample = ordinal.Sample(np.vstack(train.features).astype(float), train.targets(), train.weights())
    return ordinal.fit(FEATURES, sample, hidden=16, decay=3e-4, rising=("cosine_unit", "cosine_pair"), steps=600)


def combined_signals(semantic: OrdinalModel, data: Labelled) -> Floats:
    """The combined model's columns for every point, (n, len(COMBINED_SIGNALS))."""
    rows = [
        combine.select(COMBINED_SIGNALS, features, semantic, llm_signals(log_softmax(logits)))
        for features, logits in zip(data.features, data.logits, strict=True)
    ]
    return np.vstack(rows)


def scores(model: OrdinalModel, probabilities: Floats, answers: Sequence[GradedAnswer]) -> Floats:
    """Score 0..5 of each answer, (answers,), from pooled point probabilities."""
    weights = np.array([p.weight for a in answers for p in a.points], float)
    starts = np.cumsum([0, *(len(a.points) for a in answers[:-1])])
    earned = np.add.reduceat(model.credits(probabilities) * weights, starts) / np.add.reduceat(weights, starts)
    return np.clip(5 * earned, 0, 5)


def tune(model: OrdinalModel, probabilities: Floats, answers: Sequence[GradedAnswer]) -> OrdinalModel:
    """Gain, offset and penalty by least squares on scores (search), and the best threshold for "present"."""
    gold = np.array([a.score for a in answers])
    own = np.array([OWN_SHARE if a.source.startswith("graded_") else 1.0 for a in answers])
    grid = itertools.product(np.arange(0.9, 2.05, 0.05), np.arange(0.0, 0.52, 0.02), (0.0, 0.2, 0.4, 0.6))

    def loss(credit: tuple[float, float, float]) -> float:
        return float(
            (own * (scores(ordinal.with_credit(model, credit, 0.5), probabilities, answers) - gold) ** 2).mean()
        )

    best = min(grid, key=loss)
    present = probabilities[:, 0] + probabilities[:, 1]
    positive = np.array([p.value >= 0.5 for a in answers for p in a.points])
    threshold = max(np.arange(0.2, 0.8, 0.02), key=lambda t: macro_f1(positive, present >= t))
    return ordinal.with_credit(model, tuple(map(float, best)), float(threshold))


def report(name: str, model: OrdinalModel, probabilities: Floats, answers: Sequence[GradedAnswer]) -> None:
    """Prints the measures for our own answers and for each public set."""
    guess = scores(model, probabilities, answers)
    present = probabilities[:, 0] + probabilities[:, 1]
    owner = np.array([i for i, a in enumerate(answers) for _ in a.points])
    value = np.array([p.value for a in answers for p in a.points])
    for source in dict.fromkeys("own" if a.source.startswith("graded_") else a.source for a in answers):
        members = [
            i
            for i, a in enumerate(answers)
            if (a.source == source) or (source == "own" and a.source.startswith("graded_"))
        ]
        rows = np.isin(owner, members)
        gold, mine = [answers[i].score for i in members], [guess[i] for i in members]
        levels = {
            level: np.mean([guess[i] - answers[i].score for i in members if answers[i].level == level])
            for level in sorted({answers[i].level for i in members})
        }
        print(
            f"{name:9s} {source:12s} n {len(members)} qwk {quadratic_weighted_kappa(gold, mine):.3f} r {pearson(gold, mine):.3f} "
            f"rank {rank_accuracy([answers[i].question_id for i in members], gold, mine):.3f} "
            f"F1 {macro_f1(value[rows] >= 0.5, present[rows] >= model.positive):.3f} AUC {auc(value[rows] >= 0.5, present[rows].tolist()):.3f} "
            f"two-way F1 {macro_f1([g >= 3 for g in gold], [m >= 3 for m in mine]):.3f} "
            + " ".join(f"{level or '-'}{error:+.2f}" for level, error in levels.items()),
            flush=True,
        )


def save(name: str, model: OrdinalModel) -> None:
    WEIGHTS.mkdir(exist_ok=True)
    (WEIGHTS / f"{name}.json").write_text(json.dumps(ordinal.as_record(model)) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument(
        "--own", nargs="*", type=Path, default=sorted((Path(__file__).parent / "data").glob("graded_*.jsonl"))
    )
    parser.add_argument("--extra", nargs="*", type=Path, default=[])
    options = parser.parse_args()
    data = mixture.load(options.own, options.extra)
    embedder = SentenceEncoder()
    rng = random.Random(3)
    worthless = [degenerate(answer, data.own, rng) for answer in rng.sample(data.own, min(DEGENERATE, len(data.own)))]
    train = labelled(data.own + worthless + drawn(data.public, PUBLIC_FITTED), embedder, None, None)
    state = torch.load(options.checkpoint, weights_only=True)
    base = bundled_gguf()
    model = LoraLlama(base, rank=state["rank"], alpha=state["alpha"])
    model.load_adapter(state["adapter"])
    held_out = labelled(
        data.own_held_out + drawn(data.public_held_out, PUBLIC_HELD_OUT), embedder, model, Tokenizer(base)
    )
    calibrate(train, held_out)


def calibrate(train: Labelled, held_out: Labelled) -> None:
    """Fit both models, report them on the held-out questions, write the weights."""
    semantic = fit_semantic(train)
    found = semantic.probabilities(np.vstack(held_out.features).astype(float))
    semantic = tune(semantic, found, held_out.answers)
    report("semantic", semantic, found, held_out.answers)
    save("semantic", semantic)
    sample = ordinal.Sample(combined_signals(semantic, held_out), held_out.targets(), held_out.weights())
    found = ordinal.out_of_fold(COMBINED_SIGNALS, sample, held_out.groups(), decay=3e-3, rising=RISING)
    combined = ordinal.fit(COMBINED_SIGNALS, sample, decay=3e-3, rising=RISING)
    combined = tune(combined, found, held_out.answers)
    report("combined", combined, found, held_out.answers)
    save("combined", combined)


if __name__ == "__main__":
    main()
