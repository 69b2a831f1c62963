"""What an answer is judged against: the question's own key points, else ones derived from what retrieval finds.

1. key points given: they are used as they stand;
2. a model answer given: points are derived from it;
3. only a question: the bank's own question, if it is the same one, else points derived from the best passages, which
   are cited by id.
"""

from dataclasses import replace

from coach.assemble import Parts
from coach.errors import NotGraded
from coach.models import Question

SAME_QUESTION = 0.86
"""Cosine of two questions (bundled encoder) from which they are taken for the same one; near-duplicates of the shipped
bank lie above 0.9, different questions on one topic below 0.8."""

PASSAGES = 4
RELEVANT = 0.35
"""Passages below this cosine say nothing about the question; judging against them would be a fake grade."""


class Grounding:
    """Finds the yardstick for a question."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def ground(self, question: Question) -> tuple[Question, tuple[int, ...]]:
        """The question with key points, and the ids of the passages they rest on (empty for its own).

        Raises NotGraded when the bank holds nothing about it.
        """
        if question.key_points:
            return question, ()
        if question.answer.strip():
            return self._parts.with_key_points(question), ()
        self._parts.index()
        if same := self._same_question(question.text):
            cited = [row.id for row in self._parts.store.passages.passages_of([same.id]) if row.view == "answer"]
            return self._parts.with_key_points(replace(same, text=question.text)), tuple(cited)
        found = [
            (passage, cosine)
            for passage, cosine in self._parts.retriever.passages(question.text, PASSAGES)
            if cosine >= RELEVANT
        ]
        if not found:
            raise NotGraded("The bank holds nothing about this question.", "Import notes with `coach ingest` first.")
        reference = "\n\n".join(passage.text for passage, _ in found)
        grounded = self._parts.with_key_points(replace(question, answer=reference))
        return grounded, tuple(passage.id for passage, _ in found)

    def _same_question(self, text: str) -> Question | None:
        hits = self._parts.retriever.search(text, 3)
        candidates = self._parts.store.questions.many([hit.question_id for hit in hits])
        if not candidates:
            return None
        vectors = self._parts.embedder.encode([text, *(candidate.text for candidate in candidates)])
        cosines = vectors[1:] @ vectors[0]
        best = int(cosines.argmax())
        return candidates[best] if cosines[best] >= SAME_QUESTION else None
