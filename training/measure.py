"""Measures on graded answers, and a quick look at a model in training."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import torch

from training.graded import GradedAnswer
from training.llama_lora import LoraLlama
from training.packing import Tokenizer, pack

Floats = npt.NDArray[np.float64]


def quadratic_weighted_kappa(gold: npt.ArrayLike, predicted: npt.ArrayLike, grades: int = 6) -> float:
    """Agreement of two graders after rounding half up to 0..grades-1 (Cohen 1968); 1 is perfect, 0 chance."""
    g = np.clip(np.floor(np.asarray(gold) + 0.5), 0, grades - 1).astype(int)
    p = np.clip(np.floor(np.asarray(predicted) + 0.5), 0, grades - 1).astype(int)
    distance = (np.arange(grades)[:, None] - np.arange(grades)) ** 2
    expected = np.outer(np.bincount(g, minlength=grades), np.bincount(p, minlength=grades)) / len(g) ** 2
    chance = float((distance * expected).sum())
    return 1 - float(((g - p) ** 2).mean()) / chance if chance else 1.0


def cohen_kappa(first: npt.ArrayLike, second: npt.ArrayLike) -> float:
    """Agreement of two raters on unordered classes, less chance (Cohen 1960); 1 when both use a single class."""
    a, b = np.asarray(first), np.asarray(second)
    chance = float(sum((a == c).mean() * (b == c).mean() for c in np.union1d(a, b)))
    return (float((a == b).mean()) - chance) / (1 - chance) if chance < 1 else 1.0


def pearson(x: npt.ArrayLike, y: npt.ArrayLike) -> float:
    """Correlation; 0 when either side is constant."""
    a, b = np.asarray(x, float), np.asarray(y, float)
    a, b = a - a.mean(), b - b.mean()
    norm = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / norm if norm else 0.0


def macro_f1(gold: npt.ArrayLike, predicted: npt.ArrayLike) -> float:
    """Mean of the F1 of the positive and of the negative class."""
    g, p = np.asarray(gold, bool), np.asarray(predicted, bool)
    scores = []
    for side in (True, False):
        total = int((g == side).sum() + (p == side).sum())
        scores.append(2 * int(((g == side) & (p == side)).sum()) / total if total else 0.0)
    return sum(scores) / 2


def auc(gold: npt.ArrayLike, predicted: npt.ArrayLike) -> float:
    """Chance that a positive is rated above a negative, ties half (Mann-Whitney)."""
    from scipy.stats import rankdata

    g = np.asarray(gold, bool)
    positives, negatives = int(g.sum()), int((~g).sum())
    if not positives or not negatives:
        return float("nan")
    ranks = rankdata(np.asarray(predicted, float))
    return float((ranks[g].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def rank_accuracy(
    groups: Sequence[str], gold: Sequence[float], predicted: Sequence[float] | Floats, gap: float = 0.3
) -> float:
    """Share of pairs of answers to one question, marks at least `gap` apart, put in the right order; a tie is half."""
    by_group: dict[str, list[int]] = defaultdict(list)
    for i, group in enumerate(groups):
        by_group[group].append(i)
    hits: list[float] = []
    for members in by_group.values():
        for a in members:
            for b in members:
                if a < b and abs(difference := gold[a] - gold[b]) >= gap - 1e-9:
                    guess = predicted[a] - predicted[b]
                    hits.append(0.5 if guess == 0 else float(difference * guess > 0))
    return float(np.mean(hits)) if hits else float("nan")


@torch.no_grad()
def verdict_logits(
    model: LoraLlama, answers: Sequence[GradedAnswer], tokenizer: Tokenizer, device: str = "cpu"
) -> list[Floats]:
    """For each answer the four words' logits, (points, 4)."""
    found = []
    ids = torch.tensor(tokenizer.verdict_ids, device=device)
    for answer in answers:
        packed = pack([answer], tokenizer)
        rows = torch.tensor(packed.rows, device=device)
        hidden = model(*(torch.from_numpy(x).to(device) for x in (packed.tokens, packed.positions, packed.mask)), rows)
        found.append((hidden.float() @ model.output[ids].float().T).double().cpu().numpy())
    return found


def credit(logits: Floats) -> Floats:
    """Expected credit of each point: P(Yes) + P(Partly) / 2."""
    p = np.exp(logits - logits.max(-1, keepdims=True))
    p /= p.sum(-1, keepdims=True)
    return p[:, 0] + 0.5 * p[:, 1]


def summary(model: LoraLlama, answers: Sequence[GradedAnswer], tokenizer: Tokenizer, device: str = "cpu") -> str:
    """One line on how the uncombined model fares on answers it was not trained on."""
    bare = [replace_followups(a) for a in answers]
    credits = [credit(logits) for logits in verdict_logits(model, bare, tokenizer, device)]
    weights = [np.array([p.weight for p in a.points], float) for a in answers]
    guess = [5 * float((c * w).sum() / w.sum()) for c, w in zip(credits, weights, strict=True)]
    gold = [a.score for a in answers]
    values = [p.value for a in answers for p in a.points]
    pooled = np.concatenate(credits)
    levels: dict[str, list[float]] = defaultdict(list)
    for answer, score in zip(answers, guess, strict=True):
        levels[answer.level].append(score)
    means = " ".join(f"{level or '-'} {np.mean(scores):.2f}" for level, scores in sorted(levels.items()))
    positive = [v >= 0.5 for v in values]
    return (
        f"n {len(answers)} qwk {quadratic_weighted_kappa(gold, guess):.3f} r {pearson(gold, guess):.3f} "
        f"rank {rank_accuracy([a.question_id for a in answers], gold, guess):.3f} "
        f"point AUC {auc(positive, pooled.tolist()):.3f} F1 {macro_f1(positive, list(pooled >= 0.4)):.3f} means {means}"
    )


def replace_followups(answer: GradedAnswer) -> GradedAnswer:
    """The answer without follow-ups, for judging only."""
    return replace(answer, followups=())
