"""Fits the judges' small models and writes their weights: `python -m training.calibrate CHECKPOINT --extra PATHS`.

The semantic judge is fitted on the answers the adapter was trained on as well (it has few weights); the combination is
fitted on held-out questions alone, which neither judge has seen, and reported out of fold.
"""

import argparse
import itertools
import json
import logging
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from coach.retrieval.embedder import SentenceEncoder
from coach.scoring import combine, relevance
from coach.scoring.combine import LLM_SIGNALS, OrdinalModel, llm_signals
from coach.scoring.grade import UNSURE_DEVIATION
from coach.scoring.judge import variances
from coach.scoring.llm_judge import log_softmax
from coach.scoring.semantic import FEATURES
from training import mixture, ordinal
from training.augment import against_reference, all_missing, degenerate
from training.features import Lookup, semantic_features
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
from training.textbook import PLAIN
from training.train import bundled_gguf

Floats = npt.NDArray[np.float64]
WEIGHTS = Path(__file__).parent.parent / "coach" / "scoring" / "weights"
PUBLIC_FITTED = {"scientsbank": 1000, "saf_en": 300, "beetle": 300}
PUBLIC_HELD_OUT = {"scientsbank": 300, "saf_en": 120, "beetle": 120}
DEGENERATE = 300
"""Answers without content that the semantic judge is shown besides."""

ELSEWHERE = 600
"""Good answers to other questions that the topic model is shown."""

HELD_OUT_ELSEWHERE = 40
DOUBTFUL_SHARE = 0.03
"""So many honest answers to the question may lie where verdicts are lowered, most of them just below."""

OWN_WHOLE = 420
"""Own answers whose whole reference the judge of wholes is shown, beside the public ones."""

WHOLE_RISING = ("cosine_answer", "cosine_pair", "words_answer", "new_words_answer")
TWO_WAY_SHARE = 2.0
LEVEL_SHARE = 6.0
"""Weight of the squared mean error of each level, beside the mean squared error, when the score is tuned."""
RANK_SHARE = 4.0
"""Weight of the share of our own answers in the right order, in the same sum."""
PUBLIC_WEIGHT = 0.5
TEXTBOOK_WEIGHT = 0.2
"""Of model answers given as answers, which are all alike: right, and near to every point."""
OWN_SHARE = 4.0
"""Weight of our own answers against public ones when the score is tuned."""
WHOLE_SIGNALS = (*LLM_SIGNALS, "semantic_present", "semantic_wrong")
"""Few on purpose: more of them fit our own held-out answers better and students' answers worse."""

COMBINED_SIGNALS = (*WHOLE_SIGNALS, "story_told")
RISING = ("llm_present", "llm_full", "semantic_present", "story_told")


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
        shares = [TEXTBOOK_WEIGHT if a.level == PLAIN else 1.0 if is_ours(a) else PUBLIC_WEIGHT for a in self.answers]
        return np.array([share for share, a in zip(shares, self.answers, strict=True) for _ in a.points])

    def part(self, members: Iterable[int], points: slice = slice(None)) -> "Labelled":
        """Some of the answers with some of their points, in order of `members`."""
        chosen = list(members)
        return Labelled(
            [replace(a, points=a.points[points]) for a in map(self.answers.__getitem__, chosen)],
            [self.features[i][points] for i in chosen],
            [self.logits[i][points] for i in chosen] if self.logits else [],
        )

    def __add__(self, other: "Labelled") -> "Labelled":
        return Labelled(self.answers + other.answers, self.features + other.features, self.logits + other.logits)


def is_ours(answer: GradedAnswer) -> bool:
    """Whether the answer is from our own labelled files or a model answer of the bank."""
    return answer.source == "bank" or answer.source.startswith("graded_")


def drawn(answers: Sequence[GradedAnswer], counts: dict[str, int], seed: int = 1) -> list[GradedAnswer]:
    """A fixed sample of each public set."""
    rng = random.Random(seed)
    found: list[GradedAnswer] = []
    for source, count in counts.items():
        of_source = [a for a in answers if a.source == source]
        found += rng.sample(of_source, min(count, len(of_source)))
    return found


def labelled(
    answers: list[GradedAnswer], lookup: Lookup, model: LoraLlama | None, tokenizer: Tokenizer | None
) -> Labelled:
    """What the judges see in each answer; no logits without a model."""
    bare = [replace_followups(a) for a in answers]
    logits = verdict_logits(model, bare, tokenizer) if model and tokenizer else []
    return Labelled(bare, semantic_features(bare, lookup), logits)


def fit_semantic(train: Labelled, *, of_whole: bool) -> OrdinalModel:
    """Points want a hidden layer; against whole references a linear model is as good on public sets and more robust."""
    sample = ordinal.Sample(np.vstack(train.features).astype(float), train.targets(), train.weights())
    hidden, rising = (0, WHOLE_RISING) if of_whole else (16, ("cosine_unit", "cosine_pair"))
    return ordinal.fit(FEATURES, sample, hidden=hidden, decay=1e-3, rising=rising, steps=300)


def combined_signals(names: Sequence[str], semantic: OrdinalModel, data: Labelled) -> Floats:
    """The combined model's columns for every point, (n, len(names))."""
    rows = [
        combine.select(names, features, semantic, llm_signals(log_softmax(logits)))
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
    """Stretch, offset and penalty of the credit by search, and the best threshold for "present".

    Least squares on scores and on the mean of each level of our own answers, with regard to the order of the answers to
    a question, which a strong penalty blurs by pushing bad ones to 0 alike; on public sets the two-way decision at 3
    marks as well: a right-or-wrong label says nothing about marks in between.
    """
    gold = np.array([a.score for a in answers])
    is_own = np.array([is_ours(a) for a in answers])
    share = np.where(is_own, OWN_SHARE, 1.0)
    level = np.array([a.level if own else "" for a, own in zip(answers, is_own, strict=True)])
    members = [level == name for name in sorted(set(level) - {""})]
    questions = [a.question_id for a in answers if is_ours(a)]
    grid = itertools.product(np.arange(0.6, 2.25, 0.05), np.arange(-1.0, 1.05, 0.1), (0.0, 0.1, 0.2, 0.4))

    def loss(credit: tuple[float, float, float]) -> float:
        guess = scores(ordinal.with_credit(model, credit, 0.5), probabilities, answers)
        two_way = 0.0 if is_own.all() else macro_f1(gold[~is_own] >= 3, guess[~is_own] >= 3)
        levels = np.mean([(guess[m] - gold[m]).mean() ** 2 for m in members]) if members else 0.0
        squared = (share * (guess - gold) ** 2).mean() / share.mean()
        order = rank_accuracy(questions, gold[is_own].tolist(), guess[is_own]) if members else 0.0
        return float(squared + LEVEL_SHARE * levels) - TWO_WAY_SHARE * two_way - RANK_SHARE * order

    stretch, offset, penalty = min(grid, key=loss)
    present = probabilities[:, 0] + probabilities[:, 1]
    # Own points alone: on public sets the only point is the whole mark.
    owned = np.repeat(is_own, [len(a.points) for a in answers]) if is_own.any() else np.ones(len(present), bool)
    positive = np.array([p.value >= 0.5 for a in answers for p in a.points])
    threshold = max(np.arange(0.3, 0.72, 0.02), key=lambda t: macro_f1(positive[owned], present[owned] >= t))
    return ordinal.with_credit(model, (float(stretch), float(offset), float(penalty)), float(threshold))


def as_judged(probabilities: Floats, data: Labelled) -> Floats:
    """Pooled probabilities lowered as the judge lowers them: off the topic, or addressed to the grader."""
    starts = np.cumsum([len(a.points) for a in data.answers[:-1]])
    parts = np.split(probabilities, starts)
    return np.vstack([
        relevance.bounded(p, relevance.kept_share(f, a.kind), commanding=bool(f[0, FEATURES.index("command")]))
        for p, f, a in zip(parts, data.features, data.answers, strict=True)
    ])  # fmt: skip


def report(name: str, model: OrdinalModel, probabilities: Floats, answers: Sequence[GradedAnswer]) -> None:
    """Prints the measures for our own answers, for model answers given as answers and for each public set."""
    guess = scores(model, probabilities, answers)
    sources = np.array(["textbook" if a.level == PLAIN else "own" if is_ours(a) else a.source for a in answers])
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


def report_sure(model: OrdinalModel, probabilities: Floats, answers: Sequence[GradedAnswer]) -> None:
    """Prints the mean absolute error of our own answers' scores that are called sure, and of the others."""
    starts = np.cumsum([len(a.points) for a in answers[:-1]])
    weights = [np.array([point.weight for point in a.points], float) for a in answers]
    parts = zip(np.split(probabilities, starts), weights, strict=True)
    deviations = np.array([5 * np.sqrt(w**2 @ variances(p)) / w.sum() for p, w in parts])
    error = np.abs(scores(model, probabilities, answers) - [a.score for a in answers])
    own = np.array([is_ours(a) for a in answers])
    unsure = deviations >= UNSURE_DEVIATION
    print(
        f"mean absolute error: sure {error[own & ~unsure].mean():.2f}, unsure {error[own & unsure].mean():.2f} "
        f"({unsure[own].mean():.0%} of the answers)"
    )


def level_errors(answers: Sequence[GradedAnswer], guess: Floats) -> str:
    """Mean error of the score by level, e.g. "A-0.31 B+0.02"."""
    found = []
    for level in sorted({a.level for a in answers}):
        errors = [g - a.score for a, g in zip(answers, guess, strict=True) if a.level == level]
        found.append(f"{level or 'all'}{np.mean(errors):+.2f}")
    return " ".join(found)


def elsewhere(answers: Sequence[GradedAnswer], rng: random.Random, count: int) -> list[GradedAnswer]:
    """Good answers to other questions, which earn nothing; stories are left out, see `relevance.kept_share`."""
    asked = [a for a in answers if a.kind != "behavioral"]
    good = [a for a in answers if a.level in "AB"]
    pairs = [(rng.choice(asked), rng.choice(good)) for _ in range(count)]
    return [all_missing(a, b.text, "off_topic") for a, b in pairs if a.question_id != b.question_id]


def topic_model(
    honest: Sequence[npt.NDArray[np.float32]], foreign: Sequence[npt.NDArray[np.float32]]
) -> relevance.TopicModel:
    """Logistic regression telling answers to the question from good answers to other questions, both sides equal."""
    from scipy.optimize import minimize

    x = np.array([relevance.summary(features) for features in (*honest, *foreign)])
    sign = np.repeat([1.0, -1.0], [len(honest), len(foreign)])
    importance = np.repeat([0.5 / len(honest), 0.5 / len(foreign)], [len(honest), len(foreign)])

    def loss(w: Floats) -> float:
        return float((importance * np.logaddexp(0, -sign * (x @ w[:-1] + w[-1]))).sum() + 1e-4 * (w[:-1] ** 2).sum())

    fitted = minimize(loss, np.zeros(x.shape[1] + 1)).x
    found = relevance.TopicModel(fitted[:-1], float(fitted[-1]), 1.0)
    return replace(found, doubtful=float(np.quantile(found.probability(x[: len(honest)]), DOUBTFUL_SHARE)))


def save_topic(model: relevance.TopicModel) -> None:
    """Write the weights of the topic model where the coach reads them."""
    record = {"weights": model.weights.round(4).tolist(), "bias": round(model.bias, 4)}
    path = WEIGHTS / "relevance.json"
    path.write_text(json.dumps({**record, "doubtful": round(model.doubtful, 4)}) + "\n", encoding="utf-8")
    relevance.shipped.cache_clear()


def save(name: str, model: OrdinalModel) -> None:
    """Write one model's weights where the coach reads them."""
    WEIGHTS.mkdir(exist_ok=True)
    (WEIGHTS / f"{name}.json").write_text(json.dumps(ordinal.as_record(model)) + "\n", encoding="utf-8")


def with_whole(answer: GradedAnswer) -> GradedAnswer:
    """The answer with its whole reference as one more point, the last."""
    return replace(answer, points=(*answer.points, *against_reference(answer).points))


def training_part(data: mixture.Data, lookup: Lookup, rng: random.Random) -> tuple[Labelled, Labelled]:
    """What the semantic judge is fitted on, for points and for wholes; fits and writes the topic model besides."""
    worthless = [degenerate(a, data.own, rng) for a in rng.sample(data.own, min(DEGENERATE, len(data.own)))]
    foreign = elsewhere(data.own, rng, ELSEWHERE)
    public = drawn(data.public, PUBLIC_FITTED)
    groups = [list(map(with_whole, data.own)), worthless, list(map(with_sentence_points, public)), foreign]
    ends = np.cumsum([len(group) for group in groups]).tolist()
    own, empty, students, others = (range(end - len(group), end) for group, end in zip(groups, ends, strict=True))
    seen = labelled([answer for group in groups for answer in group], lookup, None, None)
    honest = [i for i in own if seen.answers[i].level in "ABCDE" and seen.answers[i].kind != "behavioral"]
    save_topic(topic_model(seen.part(honest, slice(-1)).features, [seen.features[i] for i in others]))
    points = seen.part(own, slice(-1)) + seen.part([*empty, *students])
    wholes = seen.part(rng.sample(own, min(OWN_WHOLE, len(own))), slice(-1, None)) + seen.part(students, slice(1))
    return points, wholes


def held_out_part(
    data: mixture.Data, lookup: Lookup, model: LoraLlama, tokenizer: Tokenizer, rng: random.Random
) -> tuple[Labelled, Labelled, Labelled]:
    """What the combination is fitted and tuned on, for points and for wholes, and answers to other questions."""
    public = drawn(data.public_held_out, PUBLIC_HELD_OUT)
    groups = [
        list(map(with_whole, data.own_held_out[::2])), data.own_held_out[1::2],
        [degenerate(a, data.own_held_out, rng) for a in data.own_held_out[::4]],
        list(map(with_sentence_points, public)),
        elsewhere(data.own_held_out, rng, HELD_OUT_ELSEWHERE),
        [model_answer.plain for model_answer in data.textbook_held_out],
    ]  # fmt: skip
    whole, plain, empty, students, others, textbook = (labelled(group, lookup, model, tokenizer) for group in groups)
    every = range(len(whole.answers))
    points = whole.part(every, slice(-1)) + plain + empty + students + textbook
    wholes = whole.part(every, slice(-1, None)) + students.part(range(len(public)), slice(1))
    return points, wholes, others


def main() -> None:
    """Fit everything from files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--own", nargs="*", type=Path, default=[])
    parser.add_argument("--extra", nargs="*", type=Path, default=[])
    parser.add_argument("--vectors", type=Path, help="file (.npz) that keeps embeddings from one run to the next")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    data = mixture.load(options.own, options.extra)
    lookup, base, rng = Lookup(SentenceEncoder(), options.vectors), bundled_gguf(), random.Random(3)
    state = torch.load(options.checkpoint, weights_only=True)
    model = LoraLlama(base, rank=state["rank"], alpha=state["alpha"])
    model.load_adapter(state["adapter"])
    points, wholes = training_part(data, lookup, rng)
    held_points, held_wholes, others = held_out_part(data, lookup, model, Tokenizer(base), rng)
    semantic, combined = calibrate(points, held_points)
    calibrate(wholes, held_wholes, of_whole=True)
    found = as_judged(combined.probabilities(combined_signals(COMBINED_SIGNALS, semantic, others)), others)
    print(f"good answers to other questions: mean score {scores(combined, found, others.answers).mean():.2f} of 5")


def calibrate(train: Labelled, held_out: Labelled, *, of_whole: bool = False) -> tuple[OrdinalModel, OrdinalModel]:
    """Fit the semantic and the combined model, report them on the held-out questions, write the weights.

    Credit for points is tuned on our own typed answers alone: a student's whole mark is no credit for a point, and
    model answers given as answers are all alike.
    """
    suffix = "_whole" if of_whole else ""
    tuned = [of_whole or (is_ours(a) and a.level != PLAIN) for a in held_out.answers]
    answers = [a for a, chosen in zip(held_out.answers, tuned, strict=True) if chosen]
    rows = np.repeat(tuned, [len(a.points) for a in held_out.answers])
    semantic = fit_semantic(train, of_whole=of_whole)
    found = as_judged(semantic.probabilities(np.vstack(held_out.features).astype(float)), held_out)
    semantic = tune(semantic, found[rows], answers)
    report("semantic" + suffix, semantic, found, held_out.answers)
    save("semantic" + suffix, semantic)
    names = WHOLE_SIGNALS if of_whole else COMBINED_SIGNALS
    sample = ordinal.Sample(combined_signals(names, semantic, held_out), held_out.targets(), held_out.weights())
    found = ordinal.out_of_fold(names, sample, held_out.groups(), decay=3e-3, rising=RISING, steps=300)
    found = as_judged(found, held_out)
    combined = ordinal.fit(names, sample, decay=3e-3, rising=RISING, steps=300)
    combined = tune(combined, found[rows], answers)
    report("combined" + suffix, combined, found, held_out.answers)
    save("combined" + suffix, combined)
    if not of_whole:
        report_sure(combined, found, held_out.answers)
    return semantic, combined


if __name__ == "__main__":
    main()
