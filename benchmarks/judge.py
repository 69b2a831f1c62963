"""How well the judge agrees with graders: `python benchmarks/judge.py [--asag FOLDER] [--limit N]`.

Prints, for each judge side by side, the measures on our own held-out questions (never trained or calibrated on is said
where it holds), on public sets of student answers where their folder is given, and what the machine interface promises:
quotes, invariance, time. Public sets and where to get them: training/MODEL_CARD.md.
"""

import argparse
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from coach.canonical import canonical
from coach.dialogue import prompts
from coach.dialogue.interviewer import best_target
from coach.llm.bundled import adapter_path, model_path
from coach.models import Judgement, KeyPoint, PointVerdict, Question
from coach.ports import Embedder, LanguageModel
from coach.retrieval.embedder import SentenceEncoder
from coach.scoring import signals
from coach.scoring.evidence import is_true_quote
from coach.scoring.judge import PointJudge
from coach.scoring.llm_judge import branch, verdict_log_probabilities
from training.graded import GradedAnswer, read_own, read_public
from training.measure import auc, macro_f1, pearson, quadratic_weighted_kappa, rank_accuracy
from training.mixture import is_held_out

Scorer = Callable[[GradedAnswer], tuple[float, list[float]]]
"""Answer -> score 0..5 and the credit of each of its points."""

MEASURED_ONLY = ("mohler", "nn_exam", "gaps")
DATA = Path(__file__).parents[1] / "training" / "data"
GAMING = ("injection", "keyword_stuffing", "repeat_question")


@dataclass(frozen=True, slots=True)
class Results:
    """Scores and credits of one judge over a list of answers, in order."""

    answers: Sequence[GradedAnswer]
    scores: list[float]
    credits: list[list[float]]

    @property
    def gold(self) -> list[float]:
        """The graders' scores."""
        return [answer.score for answer in self.answers]


def question_of(answer: GradedAnswer, *, reference_only: bool = False) -> Question:
    """The question as the judge gets it; without key points when only the reference is to be used."""
    points = (
        () if reference_only else tuple(KeyPoint(p.text, p.weight, p.probe or None) for p in answer.points)
    )
    return Question(answer.question_id, answer.question, answer.reference, "", key_points=points)


def word_overlap(answer: GradedAnswer) -> tuple[float, list[float]]:
    """A point counts when 30 % of its content words occur."""
    said = signals.stems(canonical(answer.text))
    credits = [float(signals.recall(signals.stems(canonical(p.text)), said) >= 0.3) for p in answer.points]
    return weighted(answer, credits), credits


def raw_cosine(embedder: Embedder) -> Scorer:
    """Cosine of the whole answer with each point, stretched from 0.2..0.8 to 0..1."""

    def scorer(answer: GradedAnswer) -> tuple[float, list[float]]:
        vectors = embedder.encode([answer.text, *(p.text for p in answer.points)])
        credits = [float(c) for c in np.clip((vectors[1:] @ vectors[0] - 0.2) / 0.6, 0, 1)]
        return weighted(answer, credits), credits

    return scorer


def bare_model(llm: LanguageModel) -> Scorer:
    """The language model without adapter, probabilities of its four words as they come."""

    def scorer(answer: GradedAnswer) -> tuple[float, list[float]]:
        with_trunk = llm.trunk(prompts.SYSTEM, prompts.opening(answer.question))
        try:
            with_trunk.extend(prompts.answer_block(answer.text))
            p = np.exp(verdict_log_probabilities(with_trunk, [p.text for p in answer.points]))
        finally:
            with_trunk.close()
        credits = [float(c) for c in p[:, 0] + 0.5 * p[:, 1]]
        return weighted(answer, credits), credits

    return scorer


def weighted(answer: GradedAnswer, credits: Sequence[float]) -> float:
    """Score 0..5 of weighted credits."""
    weights = [p.weight for p in answer.points]
    return 5 * sum(w * c for w, c in zip(weights, credits, strict=True)) / sum(weights)


class OurJudge:
    """The shipped judge, with or without the language model; keeps every judgement for the checks after."""

    def __init__(
        self, embedder: Embedder, llm: LanguageModel | None, *, reference_only: bool = False
    ) -> None:
        self._judge = PointJudge(embedder, "smollm2-135m")
        self._llm = llm
        self._reference_only = reference_only
        self.judgements: list[tuple[GradedAnswer, Judgement]] = []

    def __call__(self, answer: GradedAnswer) -> tuple[float, list[float]]:
        """Judge one answer and remember the judgement."""
        judgement = self.judge(question_of(answer, reference_only=self._reference_only), answer.text)
        self.judgements.append((answer, judgement))
        return judgement.score, [present_probability(v) for v in judgement.points]

    def judge(self, question: Question, text: str) -> Judgement:
        """Judge a text on a fresh trunk."""
        if self._llm is None:
            return self._judge.judge(question, text)
        trunk = self._llm.trunk(prompts.SYSTEM, prompts.opening(question.text))
        try:
            trunk.extend(prompts.answer_block(text))
            return self._judge.judge(question, text, trunk=trunk)
        finally:
            trunk.close()


def present_probability(verdict: PointVerdict) -> float:
    """One number to rank points by: above 0.5 exactly when the verdict counts the point as present."""
    if verdict.verdict in ("covered", "partial"):
        return 0.5 + max(0.0, verdict.credit_expected) / 2 + 1e-6
    return max(0.0, verdict.credit_expected) / 2


def run(scorer: Scorer, answers: Sequence[GradedAnswer]) -> Results:
    """Scores of one judge for all answers."""
    pairs = [scorer(answer) for answer in answers]
    return Results(answers, [s for s, _ in pairs], [c for _, c in pairs])


def own_row(name: str, results: Results, threshold: float = 0.5) -> str:
    """One line of the table of our own answers."""
    gold, mine = results.gold, results.scores
    positive = [p.value >= 0.5 for a in results.answers for p in a.points]
    credits = [c for answer in results.credits for c in answer]
    ids = [a.question_id for a in results.answers]
    return (
        f"{name:22s} {quadratic_weighted_kappa(gold, mine):5.2f} {pearson(gold, mine):5.2f} "
        f"{rank_accuracy(ids, gold, mine):5.2f} "
        f"{macro_f1(positive, [c >= threshold for c in credits]):5.2f} {auc(positive, credits):5.2f}   "
        + "  ".join(f"{level} {mean:4.2f}" for level, mean in level_means(results))
    )


def level_means(results: Results) -> Iterator[tuple[str, float]]:
    """Mean score of each level, and of the answers that try to game the grade."""
    for level in "ABCDE":
        yield level, mean_of(results, [a.level == level for a in results.answers])
    yield "adversarial", mean_of(results, [a.subtype in GAMING for a in results.answers])


def mean_of(results: Results, chosen: Sequence[bool]) -> float:
    """Mean score of the chosen answers; nan for none."""
    found = [score for score, is_chosen in zip(results.scores, chosen, strict=True) if is_chosen]
    return float(np.mean(found)) if found else float("nan")


def print_own(answers: Sequence[GradedAnswer], embedder: Embedder, judges: dict[str, Scorer]) -> None:
    """The table of our own answers."""
    questions = len({a.question_id for a in answers})
    gold = Results(answers, [a.score for a in answers], [])
    true = "  ".join(f"{level} {mean:.1f}" for level, mean in level_means(gold))
    print(f"\nOwn graded answers, held-out questions: {len(answers)} answers, {questions} questions")
    header = " ".join(f"{name:>5s}" for name in ("QWK", "r", "rank", "F1", "AUC"))
    print(f"{'judge':22s} {header}   mean score by level (true: {true})")
    for name, scorer in judges.items():
        print(own_row(name, run(scorer, answers)), flush=True)


def print_promises(ours: OurJudge) -> None:
    """Quotes, follow-up targets and unsure share of the judgements made so far."""
    verdicts = [
        (a, v) for a, j in ours.judgements for v in j.points if v.verdict in ("covered", "contradicted")
    ]
    quoted = sum(v.evidence is not None and is_true_quote(v.evidence, a.text) for a, v in verdicts)
    print(f"\nquotes that stand in the answer, <= 400 characters: {quoted} of {len(verdicts)}")
    hits = [
        a.points[target].value < 1
        for a, j in ours.judgements
        if a.level in "CD" and (target := best_target(j.points)) is not None
    ]
    print(
        f"follow-ups that target a missed, half-said or contradicted point (C, D): {sum(hits)} of {len(hits)}"
    )
    errors = {
        sure: [abs(a.score - j.score) for a, j in ours.judgements if j.sure is sure] for sure in (True, False)
    }
    print(
        "mean error of the score, sure and unsure: "
        + ", ".join(f"{np.mean(e):.2f} ({len(e)})" for e in errors.values() if e)
    )


def print_invariance(ours: OurJudge, answers: Sequence[GradedAnswer]) -> None:
    """Whether the grade stays when nothing but the form of the text changes."""
    changes: dict[str, Callable[[str], str]] = {
        "judged twice": lambda t: t,
        "upper case": str.upper,
        "more spaces": lambda t: "  " + t.replace(" ", "  ").replace("\n", "\n\n") + "\n",
    }
    for name, change in changes.items():
        same = [
            ours.judge(question_of(a), a.text).grade == ours.judge(question_of(a), change(a.text)).grade
            for a in answers
        ]
        print(f"same grade, {name}: {sum(same)} of {len(same)}", flush=True)


def print_time(ours: OurJudge, llm: LanguageModel, answers: Sequence[GradedAnswer]) -> None:
    """All verdicts of an answer over the bare prefill of the same tokens, side by side, median of the answers."""
    ratios = []
    for answer in answers:
        question = question_of(answer)
        started = time.perf_counter()
        ours.judge(question, answer.text)
        judged = time.perf_counter() - started
        text = prompts.answer_block(answer.text) + "".join(branch(p.text) for p in answer.points)
        started = time.perf_counter()
        trunk = llm.trunk(prompts.SYSTEM, prompts.opening(answer.question))
        trunk.extend(text)
        prefill = time.perf_counter() - started
        trunk.close()
        ratios.append(judged / prefill)
    print(f"time to all verdicts over bare prefill, median of {len(ratios)}: {np.median(ratios):.2f}")


def print_public(folder: Path, limit: int, embedder: Embedder, llm: LanguageModel | None) -> None:
    """One line a set and judge; sets whose file is missing are named."""
    rng = random.Random(5)
    print("\nStudents' answers, judged against the reference alone")
    for name, measured in (
        ("mohler", True),
        ("nn_exam", True),
        ("gaps", True),
        ("scientsbank", False),
        ("saf_en", False),
    ):
        path = folder / f"{name}_dev.csv"
        if not path.exists():
            print(f"{name}: {path} is missing, skipped")
            continue
        answers = [a for a in read_public(path) if measured or is_held_out(a)]
        answers = rng.sample(answers, min(limit, len(answers)))
        note = "nothing trained on it" if measured else "held-out questions"
        for judge, part in (("raw cosine", None), ("semantic", None), ("combined", llm)):
            scorer = (
                raw_cosine(embedder)
                if judge == "raw cosine"
                else OurJudge(embedder, part, reference_only=True)
            )
            print(public_row(name, judge, note, run(scorer, answers)), flush=True)


def public_row(name: str, judge: str, note: str, results: Results) -> str:
    """One line of the table of public sets."""
    gold, mine = results.gold, results.scores
    ids = [a.question_id for a in results.answers]
    two_way = macro_f1([g >= 3 for g in gold], [m >= 3 for m in mine])
    below_full = [g < 5 for g in gold]
    return (
        f"{name:12s} {judge:11s} n {len(gold):4d}  r {pearson(gold, mine):.2f}  "
        f"rank {rank_accuracy(ids, gold, mine):.2f}  two-way F1 {two_way:.2f}  "
        f"AUC of incomplete {auc(below_full, [-m for m in mine]):.2f}  ({note})"
    )


def main() -> None:
    """Run everything that the options ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--asag", type=Path, help="folder with the public sets as *_dev.csv")
    parser.add_argument("--limit", type=int, default=300, help="answers of each public set at most")
    parser.add_argument("--own", type=int, default=1000, help="own answers at most")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    from coach.llm.local import LlamaCppModel

    embedder = SentenceEncoder()
    own = [a for path in sorted(DATA.glob("graded_*.jsonl")) for a in read_own(path) if is_held_out(a)][
        : options.own
    ]
    llm = LlamaCppModel(model_path(), adapter=adapter_path(), context_tokens=4096, threads=options.threads)
    plain = LlamaCppModel(model_path(), adapter=None, context_tokens=4096, threads=options.threads)
    ours = OurJudge(embedder, llm)
    print_own(own, embedder, {
        "word overlap": word_overlap, "raw cosine": raw_cosine(embedder), "model, no adapter": bare_model(plain),
        "semantic": OurJudge(embedder, None), "combined": ours,
    })  # fmt: skip
    print_promises(ours)
    long = [a for a in own if 90 <= len(a.text.split()) <= 300]
    print_invariance(ours, long[:12])
    print_time(ours, llm, long[:8])
    if options.asag:
        print_public(options.asag, options.limit, embedder, llm)
    else:
        print("\npublic sets: skipped, name their folder with --asag")


if __name__ == "__main__":
    main()
