"""Judges that `benchmarks/judge.py` sets side by side: ours, and the baselines it has to beat."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from coach.canonical import canonical
from coach.dialogue import prompts
from coach.errors import NotGraded
from coach.models import KINDS, Judgement, KeyPoint, Kind, PointVerdict, Question
from coach.ports import Embedder, LanguageModel
from coach.scoring import signals
from coach.scoring.judge import PointJudge
from coach.scoring.llm_judge import verdict_log_probabilities
from training.graded import GradedAnswer

Scorer = Callable[[GradedAnswer], tuple[float, list[float]]]
"""Answer -> score 0..5 and the credit of each of its points."""

NOT_GRADED_SCORE = 2.5
"""What an answer counts that a judge could not grade."""


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
    points = () if reference_only else tuple(KeyPoint(p.text, p.weight, p.probe or None) for p in answer.points)
    return Question(answer.question_id, answer.question, answer.reference, "", kind_of(answer), key_points=points)


def kind_of(answer: GradedAnswer) -> Kind:
    """The kind our own files name; the public sets hold concepts only."""
    return next((kind for kind in KINDS if kind == answer.kind), "concept")


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

    def __init__(self, embedder: Embedder, llm: LanguageModel | None, *, reference_only: bool = False) -> None:
        self._judge = PointJudge(embedder, "smollm2-135m")
        self._llm = llm
        self._reference_only = reference_only
        self.judgements: list[tuple[GradedAnswer, Judgement]] = []
        self.not_graded = 0

    def __call__(self, answer: GradedAnswer) -> tuple[float, list[float]]:
        """Judge one answer and remember the judgement."""
        try:
            judgement = self.judge(question_of(answer, reference_only=self._reference_only), answer.text)
        except NotGraded:
            self.not_graded += 1
            return NOT_GRADED_SCORE, [0.5] * len(answer.points)
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
