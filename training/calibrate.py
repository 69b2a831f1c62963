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
from coach.scoring import combine, relevance
from coach.scoring.combine import LLM_SIGNALS, OrdinalModel, llm_signals
from coach.scoring.llm_judge import log_softmax
from coach.scoring.semantic import FEATURES
from training import mixture, ordinal
from training.augment import against_reference, degenerate
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

OWN_WHOLE = 420
"""Own answers whose whole reference the judge of wholes is shown, beside the public ones."""

WHOLE_RISING = ("cosine_answer", "cosine_pair", "words_answer", "new_words_answer")
TWO_WAY_SHARE = 2.0
PUBLIC_WEIGHT = 0.5
OWN_SHARE = 4.0
"""Weight of our own answers against public ones when the score is tuned."""
COMBINED_SIGNALS = (*LLM_SIGNALS, "semantic_present", "semantic_wrong")
"""Few on purpose: more of them fit our own held-out answers better and students' answers worse."""

RISING = ("llm_present", "llm_full", "semantic_present")


@dataclass(frozen=True, slots=True)
class Labelled:
    """Answers with what the judges see in them: features (points, columns) and, where computed, logits (points, 4)."""

    answers: list[GradedAnswer]
    features: list[npt.NDArray[np.float32]]
    logits: list[Floats]

    def groups(self) -> list[str]:
        """The question of every point."""
        return [a.question_id for a in self.answers for _ in a.points]

    def targets(self) -> Floats:
        """(points, 4) verdict probabilities."""
        return np.array([p.target for a in self.answers for p in a.points])

    def weights(self) -> Floats:
        """(points,) importance."""
        shares = [1.0 if a.source.startswith("graded_") else PUBLIC_WEIGHT for a in self.answers]
        return np.array([share for share, a in zip(shares, self.answers, strict=True) for _ in a.points])


def drawn(answers: Sequence[GradedAnswer], counts: dict[str, int], seed: int = 1) -> list[GradedAnswer]:
    """A fixed sample of each public set."""
    rng = random.Random(seed)
    found: list[GradedAnswer] = []
    for source, count in counts.items():
        of_source = [a for a in answers if a.source == source]
        found += rng.sample(of_source, min(count, len(of_source)))
    return found


def labelled(
    answers: list[GradedAnswer], embedder: Embedder, model: LoraLlama | None, tokenizer: Tokenizer | None
) -> Labelled:
    """What the judges see in each answer; no logits without a model."""
    bare = [replace_followups(a) for a in answers]
    logits = verdict_logits(model, bare, tokenizer) if model and tokenizer else []
    return Labelled(bare, semantic_features(bare, embedder), logits)


def fit_semantic(train: Labelled, *, of_whole: bool) -> OrdinalModel:
    """Points want a hidden layer; against whole references a linear model is as good on public sets and more robust."""
    sample = ordinal.Sample(np.vstack(train.features).astype(float), train.targets(), train.weights())
    hidden, rising = (0, WHOLE_RISING) if of_whole else (16, ("cosine_unit", "cosine_pair"))
    return ordinal.fit(FEATURES, sample, hidden=hidden, decay=1e-3, rising=rising, steps=300)


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
    """Gain, offset and penalty of the credit by search, and the best threshold for "present".

    Least squares on scores, and on public sets the two-way decision at 3 marks as well: a right-or-wrong label says
    nothing about marks in between.
    """
    gold = np.array([a.score for a in answers])
    is_own = np.array([a.source.startswith("graded_") for a in answers])
    share = np.where(is_own, OWN_SHARE, 1.0)
    grid = itertools.product(np.arange(0.9, 2.05, 0.05), np.arange(-0.2, 0.52, 0.02), (0.0, 0.2, 0.4))

    def loss(credit: tuple[float, float, float]) -> float:
        guess = scores(ordinal.with_credit(model, credit, 0.5), probabilities, answers)
        two_way = 0.0 if is_own.all() else macro_f1(gold[~is_own] >= 3, guess[~is_own] >= 3)
        return float((share * (guess - gold) ** 2).mean() / share.mean()) - TWO_WAY_SHARE * two_way

    gain, offset, penalty = min(grid, key=loss)
    present = probabilities[:, 0] + probabilities[:, 1]
    # Own points alone: on public sets the only point is the whole mark.
    owned = np.repeat(is_own, [len(a.points) for a in answers]) if is_own.any() else np.ones(len(present), bool)
    positive = np.array([p.value >= 0.5 for a in answers for p in a.points])
    threshold = max(np.arange(0.3, 0.72, 0.02), key=lambda t: macro_f1(positive[owned], present[owned] >= t))
    return ordinal.with_credit(model, (float(gain), float(offset), float(penalty)), float(threshold))


def report(name: str, model: OrdinalModel, probabilities: Floats, answers: Sequence[GradedAnswer]) -> None:
    """Prints the measures for our own answers and for each public set."""
    guess = scores(model, probabilities, answers)
    sources = np.array(["own" if a.source.startswith("graded_") else a.source for a in answers])
    owner = np.repeat(np.arange(len(answers)), [len(a.points) for a in answers])
    present = probabilities[:, 0] + probabilities[:, 1]
    value = np.array([p.value for a in answers for p in a.points])
    for source in dict.fromkeys(sources):
        members, rows = np.flatnonzero(sources == source).tolist(), sources[owner] == source
        gold, mine = [answers[i].score for i in members], guess[members]
        ids = [answers[i].question_id for i in members]
        errors = level_errors([answers[i] for i in members], mine)
        print(
            f"{name:14s} {source:11s} n {len(members)} qwk {quadratic_weighted_kappa(gold, mine):.3f} "
            f"r {pearson(gold, mine):.3f} rank {rank_accuracy(ids, gold, mine):.3f} "
            f"F1 {macro_f1(value[rows] >= 0.5, present[rows] >= model.positive):.3f} "
            f"AUC {auc(value[rows] >= 0.5, present[rows]):.3f} "
            f"two-way F1 {macro_f1(np.array(gold) >= 3, mine >= 3):.3f}  {errors}",
            flush=True,
        )


def level_errors(answers: Sequence[GradedAnswer], guess: Floats) -> str:
    """Mean error of the score by level, e.g. "A-0.31 B+0.02"."""
    found = []
    for level in sorted({a.level for a in answers}):
        errors = [g - a.score for a, g in zip(answers, guess, strict=True) if a.level == level]
        found.append(f"{level or 'all'}{np.mean(errors):+.2f}")
    return " ".join(found)


def fit_relevance(train: Labelled) -> None:
    """Logistic regression telling answers to the question from answers to other questions; writes relevance.json."""
    from scipy.optimize import minimize

    pairs = [(a, f) for a, f in zip(train.answers, train.features, strict=True) if a.source.startswith("graded_")]
    chosen = [(f, a.subtype != "off_topic") for a, f in pairs if a.level in "ABCDE" or a.subtype == "off_topic"]
    x, is_real = np.array([relevance.summary(f) for f, _ in chosen]), np.array([real for _, real in chosen])
    sign = np.where(is_real, 1.0, -1.0)

    def loss(w: Floats) -> float:
        return float(np.logaddexp(0, -sign * (x @ w[:-1] + w[-1])).sum() + 0.01 * (w[:-1] ** 2).sum())

    fitted = minimize(loss, np.zeros(x.shape[1] + 1)).x.round(4).tolist()
    record = {"weights": fitted[:-1], "bias": fitted[-1]}
    (WEIGHTS / "relevance.json").write_text(json.dumps(record) + "\n", encoding="utf-8")


def save(name: str, model: OrdinalModel) -> None:
    """Write one model's weights where the coach reads them."""
    WEIGHTS.mkdir(exist_ok=True)
    (WEIGHTS / f"{name}.json").write_text(json.dumps(ordinal.as_record(model)) + "\n", encoding="utf-8")


def main() -> None:
    """Fit everything from files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    ours = sorted((Path(__file__).parent / "data").glob("graded_*.jsonl"))
    parser.add_argument("--own", nargs="*", type=Path, default=ours)
    parser.add_argument("--extra", nargs="*", type=Path, default=[])
    options = parser.parse_args()
    data = mixture.load(options.own, options.extra)
    embedder, base, rng = SentenceEncoder(), bundled_gguf(), random.Random(3)
    state = torch.load(options.checkpoint, weights_only=True)
    model = LoraLlama(base, rank=state["rank"], alpha=state["alpha"])
    model.load_adapter(state["adapter"])
    tokenizer = Tokenizer(base)

    worthless = [degenerate(a, data.own, rng) for a in rng.sample(data.own, min(DEGENERATE, len(data.own)))]
    public, public_held = drawn(data.public, PUBLIC_FITTED), drawn(data.public_held_out, PUBLIC_HELD_OUT)
    held = data.own_held_out + [degenerate(a, data.own_held_out, rng) for a in data.own_held_out[::4]]
    wholes = [against_reference(a) for a in rng.sample(data.own, min(OWN_WHOLE, len(data.own)))]
    held_wholes = [against_reference(a) for a in data.own_held_out[::2]]
    train = labelled([*data.own, *worthless, *map(with_sentence_points, public)], embedder, None, None)
    fit_relevance(train)
    calibrate(
        train,
        labelled([*held, *map(with_sentence_points, public_held)], embedder, model, tokenizer),
    )
    calibrate(
        labelled([*wholes, *public], embedder, None, None),
        labelled([*held_wholes, *public_held], embedder, model, tokenizer),
        of_whole=True,
    )


def calibrate(train: Labelled, held_out: Labelled, *, of_whole: bool = False) -> None:
    """Fit both models, report them on the held-out questions, write the weights."""
    suffix = "_whole" if of_whole else ""
    semantic = fit_semantic(train, of_whole=of_whole)
    found = semantic.probabilities(np.vstack(held_out.features).astype(float))
    semantic = tune(semantic, found, held_out.answers)
    report("semantic" + suffix, semantic, found, held_out.answers)
    save("semantic" + suffix, semantic)
    sample = ordinal.Sample(combined_signals(semantic, held_out), held_out.targets(), held_out.weights())
    found = ordinal.out_of_fold(COMBINED_SIGNALS, sample, held_out.groups(), decay=3e-3, rising=RISING, steps=300)
    combined = ordinal.fit(COMBINED_SIGNALS, sample, decay=3e-3, rising=RISING, steps=300)
    combined = tune(combined, found, held_out.answers)
    report("combined" + suffix, combined, found, held_out.answers)
    save("combined" + suffix, combined)


if __name__ == "__main__":
    main()
