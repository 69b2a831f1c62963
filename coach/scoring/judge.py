"""The judge: signals of both judges, one calibrated verdict per key point, the candidate's words as evidence."""

import time
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from coach.canonical import canonical
from coach.errors import EmbedderUnavailable, LlmUnavailable, NotGraded, Stopped
from coach.models import VERDICTS, Judgement, PointVerdict, Question, Span, VerdictName
from coach.ports import Embedder, Trunk
from coach.scoring import combine, derive, evidence, grade, relevance, signals, whole
from coach.scoring.llm_judge import verdict_log_probabilities
from coach.scoring.semantic import SemanticView, view

Floats = npt.NDArray[np.float64]

VALUES = np.array([1.0, 0.5, 0.0, 0.0])
"""Credit of each of `VERDICTS`."""

CLEAR = 0.5
"""Probability from which on a point is called covered. Below it the coach says "in part", which claims less; credit and
score follow the probabilities, not the name."""


@dataclass(frozen=True, slots=True)
class PointJudge:
    """Judges answers point by point; satisfies `coach.ports.Judge`.

    embedder: encodes answers and points.  llm_name: shown beside "semantic" when a trunk takes part.
    """

    embedder: Embedder
    llm_name: str = "llm"

    @property
    def name(self) -> str:
        """Both judges by name."""
        return f"semantic+{self.llm_name}"

    def judge(self, question: Question, answer: str, *, trunk: Trunk | None = None) -> Judgement:
        """One verdict per key point, in order; points are derived from the model answer when none are written.

        trunk: question and answer as the language model has read them; None leaves the semantic judge alone.
        Raises NotGraded if nothing can be judged against, or a model fails, and Stopped if it was stopped.
        """
        started = time.monotonic()
        try:
            points = question.key_points or derive.points_of(question.answer, self.embedder)
            if not points:
                raise NotGraded("There is nothing to judge the answer against.", "Give key points or a model answer.")
            derived = whole.is_derived(points) and bool(question.answer.strip())
            texts = [p.text for p in points] + ([question.answer] if derived else [])
            seen = view(self.embedder, question.text, answer, texts, question.kind)
            llm = None if trunk is None else verdict_log_probabilities(trunk, texts)
        except Stopped:  # on request: nothing is wrong
            raise
        except (LlmUnavailable, EmbedderUnavailable) as error:
            raise NotGraded(error.message, error.hint) from error
        verdicts = decide(replace(question, key_points=points), answer, seen, llm)
        return Judgement(
            points=verdicts,
            score=grade.score(verdicts),
            grade=grade.grade(verdicts),
            sure=grade.is_sure(verdicts),
            judge=self.name if trunk is not None else "semantic",
            seconds=time.monotonic() - started,
        )


def decide(question: Question, answer: str, seen: SemanticView, llm: Floats | None) -> tuple[PointVerdict, ...]:
    """Verdicts with evidence on the question's key points.

    seen: of the points, with one more row at the end when the whole model answer was judged as well.
    llm: log probabilities of Yes, Partly, No, Wrong, as many rows, or None.
    """
    points = question.key_points
    count = len(points)
    weights = np.array([point.weight for point in points], float)
    model, probabilities = estimate("combined" if llm is not None else "semantic", seen.features, llm)
    kept = relevance.kept_share(seen.features[:count], question.kind)
    commanding = signals.looks_like_command(seen.folded.text, canonical(question.text))
    probabilities = relevance.bounded(probabilities, kept, commanding=commanding)
    if len(seen.features) > count:
        credit = _whole_credit(seen.features[-1:], None if llm is None else llm[-1:], question.answer)
        credit *= kept * (relevance.COMMAND_SHARE if commanding else 1.0)
        probabilities = probabilities[:count]
        of_points = float(model.credits(probabilities) @ weights / weights.sum())
        credit = whole.with_points(credit, of_points, question.answer)
        probabilities = whole.agreeing(model, probabilities, weights, credit)
    if not signals.WORD.search(seen.folded.text):  # nothing was said, so nothing was covered
        probabilities = np.tile([0.0, 0.0, 1.0, 0.0], (count, 1))
    return _with_evidence(question, answer, seen, model, probabilities)


def _whole_credit(features: npt.NDArray[np.float32], llm: Floats | None, reference: str) -> float:
    """Credit of the answer against the model answer as one point."""
    model, p = estimate("semantic_whole", features, None)
    alone = float(model.credits(p)[0])
    if llm is None:
        return alone
    model, p = estimate("combined_whole", features, llm)
    share = whole.llm_share(reference)
    return share * float(model.credits(p)[0]) + (1 - share) * alone


def estimate(
    name: combine.ModelName, features: npt.NDArray[np.float32], llm: Floats | None
) -> tuple[combine.OrdinalModel, Floats]:
    """A shipped model and the probabilities (rows, 4) it gives."""
    model = combine.shipped(name)
    alone = combine.shipped("semantic_whole" if name.endswith("whole") else "semantic")
    log_odds = None if llm is None else combine.llm_signals(llm)
    return model, model.probabilities(combine.select(model.signals, features, alone, log_odds))


def verdict_of(probabilities: Floats, positive: float) -> VerdictName:
    """The verdict named for one point: present at all, then fully or partly, else missing or contradicted."""
    covered, partial, missing, contradicted = (float(p) for p in probabilities)
    if covered + partial >= positive:
        return VERDICTS[0] if covered >= CLEAR else VERDICTS[1]
    return VERDICTS[3] if contradicted > missing else VERDICTS[2]


def variances(probabilities: Floats) -> Floats:
    """Of each point's credit, (points,), 0..0.25, were it drawn from its probabilities (points, 4)."""
    return np.maximum(0.0, probabilities @ VALUES**2 - (probabilities @ VALUES) ** 2)


def _with_evidence(
    question: Question, answer: str, seen: SemanticView, model: combine.OrdinalModel, probabilities: Floats
) -> tuple[PointVerdict, ...]:
    credits = model.credits(probabilities)
    doubts = variances(probabilities)
    points = [point.text for point in question.key_points]
    stretches = evidence.best_stretches(seen, question.text, points, question.kind)
    verdicts = []
    for i, point in enumerate(question.key_points):
        name = verdict_of(probabilities[i], model.positive)
        span: Span | None = None
        if name != "missing" and stretches:
            span = evidence.span_of(answer, seen.folded, *stretches[i])
            span = span if evidence.is_true_quote(span, answer) else None
        if name in ("covered", "contradicted") and span is None:  # promise 3: no such verdict without the words
            name = "missing"
        probability = float(probabilities[i][VERDICTS.index(name)])
        verdicts.append(
            PointVerdict(point, name, min(1.0, probability), float(credits[i]), span, variance=float(doubts[i]))
        )
    return tuple(verdicts)
