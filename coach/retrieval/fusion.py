"""Putting several opinions on the same candidates into one score.

score = cosine of the best view + 0.2 x cosine of the best question view + 0.2 x lexical score over its maximum
        - 0.3 x familiarity, then raised by 0.4 of the distance to the best of its sisters.
Of a query of few words the lexical score counts 0.3.

The convex sum is that of Bruch et al. 2023 ("An analysis of fusion functions for hybrid retrieval"), which also finds
reciprocal rank fusion inferior. Familiarity is the hubness correction of cross-domain similarity local scaling
(Conneau et al. 2018, section 2.3): long design answers are near to everything. Sisters share evidence, as in
cluster-based smoothing (Liu and Croft 2004): when another question on the same matter, worded differently, answers the
query well, so does this one. All weights are chosen on two corpora at once: docs/retrieval.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

LEXICAL_WEIGHT, LEXICAL_WEIGHT_OF_FEW = 0.2, 0.3
FEW_WORDS = 3
"""So many words that carry meaning are keywords, hardly a description."""
QUESTION_WEIGHT = 0.2
FAMILIARITY_WEIGHT = 0.3
FAMILIARS = 5
"""Familiarity of a question: mean cosine of its answer with the so many other questions that are nearest to it."""
SISTER_SHARE = 0.4
SISTERS = 3
SISTER_COSINE = 0.5
"""Questions below this similarity (mean of the cosine of the questions and of the answers) are no sisters."""
LOWEST = -1.0


@dataclass(frozen=True)  # no slots: what follows from the vectors is kept beside them
class Candidate:
    """A question that may be shown, with all its views: parallel tuples and rows (n, dim) of length 1, n >= 1.

    Views of one kind follow one another, as `coach.retrieval.views` makes them.
    """

    question_id: str
    passage_ids: tuple[int, ...]
    views: tuple[str, ...]
    vectors: np.ndarray

    @cached_property
    def questions(self) -> np.ndarray:
        """The vectors of the question; all of them if it has none of that kind."""
        return self._rows("question")

    @cached_property
    def answers(self) -> np.ndarray:
        """The vectors of its answer; all of them if it has none of that kind."""
        return self._rows("answer")

    @cached_property
    def center(self) -> np.ndarray:
        """(dim,) the mean of its answer's vectors, of length 1."""
        total = np.add.reduce(self.answers)
        return np.asarray(total / max(float(np.sqrt(total @ total)), 1e-9))

    def _rows(self, view: str) -> np.ndarray:
        if view not in self.views:
            return self.vectors
        start = self.views.index(view)
        return self.vectors[start : start + self.views.count(view)]


def fuse(
    query: np.ndarray, candidates: Sequence[Candidate], lexical: Mapping[str, float], words: int
) -> dict[str, float]:
    """Score by question id, larger is better, comparable within this query only.

    query: (dim,) of length 1.  lexical: BM25 scores by question id; missing ones count 0.  words: how many words of the
    query carry meaning.
    """
    if not candidates:
        return {}
    best = np.array([float((one.vectors @ query).max()) for one in candidates])
    question = np.array([float((one.questions @ query).max()) for one in candidates])
    top = max(lexical.values(), default=0.0)
    shared = np.array([lexical.get(one.question_id, 0.0) / top if top > 0 else 0.0 for one in candidates])
    scores = best + QUESTION_WEIGHT * question
    scores += (LEXICAL_WEIGHT_OF_FEW if words <= FEW_WORDS else LEXICAL_WEIGHT) * shared
    scores = scores - FAMILIARITY_WEIGHT * familiarity(candidates)
    raised = raised_by_sisters(scores, similarity(candidates))
    return {one.question_id: float(score) for one, score in zip(candidates, raised, strict=True)}


def familiarity(candidates: Sequence[Candidate]) -> np.ndarray:
    """(n,) how near each candidate's answer is to the other candidates' questions; 0 for a lonely one."""
    if len(candidates) < 2:
        return np.zeros(len(candidates))
    titles = np.array([one.questions[0] for one in candidates])
    answers = [one.answers for one in candidates]
    starts = np.cumsum([0, *(len(rows) for rows in answers[:-1])])
    near = np.maximum.reduceat(titles @ np.concatenate(answers).T, starts, axis=1)
    np.fill_diagonal(near, LOWEST)
    count = min(FAMILIARS, len(candidates) - 1)
    return np.asarray(np.partition(near, -count, axis=0)[-count:].mean(axis=0))


def similarity(candidates: Sequence[Candidate]) -> np.ndarray:
    """(n, n) mean of the cosines of questions and of mean answers; the diagonal is -1."""
    titles = np.array([one.questions[0] for one in candidates])
    means = np.array([one.center for one in candidates])
    both = 0.5 * (titles @ titles.T) + 0.5 * (means @ means.T)
    np.fill_diagonal(both, LOWEST)
    return both


def raised_by_sisters(scores: np.ndarray, similar: np.ndarray) -> np.ndarray:
    """Scores (n,), each moved up by `SISTER_SHARE` of the way to its best sister's, if that is higher."""
    if len(scores) < 2:
        return scores
    count = min(SISTERS, len(scores) - 1)
    nearest = np.argpartition(-similar, count - 1, axis=1)[:, :count]
    are_sisters = np.take_along_axis(similar, nearest, axis=1) > SISTER_COSINE
    theirs = np.where(are_sisters, scores[nearest], scores[:, None])
    return np.asarray(scores + SISTER_SHARE * np.maximum(theirs.max(axis=1) - scores, 0.0))
