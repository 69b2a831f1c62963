"""What an import computes for its questions: kind, level, topic, key points, links to near-duplicates."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from coach.bank.classify import kind_of
from coach.bank.duplicates import Comparison, Item
from coach.bank.importer import Entry
from coach.bank.text import topic_slug
from coach.models import KeyPoint, Question
from coach.ports import Embedder, Progress

Derive = Callable[[str, Embedder], tuple[KeyPoint, ...]]
"""Makes key points from a model answer."""
Vectors = npt.NDArray[np.float32]
AT_ONCE = 128
"""Questions, or answers, that are embedded together: enough for full batches, few enough to see progress."""
NEAREST = 5
TOPIC_COSINE = 0.42
"""A question takes a topic from the bank when its nearest question there is at least this similar."""
USUAL_LEVEL = {"concept": 2, "coding": 3, "system_design": 4, "behavioral": 3}


class Enricher:
    """Completes drafts with what the documents do not say.

    live: all questions of the home; those of the shipped bank lend their topics.  embedder: without one, topics are
    taken from sections, no key points are derived and nothing is linked.  known: vectors of questions by their text.
    """

    def __init__(
        self,
        live: Sequence[Question],
        embedder: Embedder | None,
        derive: Derive,
        known: Mapping[str, Vectors] | None = None,
    ) -> None:
        self._live, self._embedder, self._derive = live, embedder, derive
        self._vectors = dict(known or {})

    def complete(
        self,
        entries: Sequence[Entry],
        collection: str,
        *,
        restored: Mapping[str, Question],
        without: Collection[str],
        progress: Progress,
    ) -> tuple[list[Question], dict[str, str | None]]:
        """The complete questions of these entries, in order, and whom they and others repeat, by id.

        restored: questions that stand for their entry as they are, by id.
        without: ids that are about to be retired; links of other questions to them are cleared.
        """
        ids = {entry.id for entry in entries}
        others = [question for question in self._live if question.id not in ids and question.id not in without]
        links: dict[str, str | None] = {question.id: None for question in others if question.duplicate_of in without}
        if not entries:
            return [], links
        questions = [restored.get(entry.id) or _question(entry, collection) for entry in entries]
        if self._embedder is not None:
            links |= self._links(others, questions, progress)
        questions = self._with_topics(questions, others, links)
        return self._with_points(questions, progress), links

    def vector(self, text: str) -> Vectors | None:
        """The vector of a question's text, if it was computed here."""
        return self._vectors.get(text)

    def _links(
        self, others: Sequence[Question], questions: Sequence[Question], progress: Progress
    ) -> dict[str, str | None]:
        self._embed([question.text for question in [*others, *questions]], progress)
        items = [Item(question, self._vectors[question.text]) for question in [*others, *questions]]
        return Comparison(items[: len(others)], items[len(others) :]).links()

    def _embed(self, texts: Sequence[str], progress: Progress) -> None:
        # texts of similar length share a batch without padding
        missing = sorted({text for text in texts if text not in self._vectors}, key=lambda text: (len(text), text))
        for start in range(0, len(missing), AT_ONCE):
            progress(start, len(missing), "looking for near-duplicates")
            part = missing[start : start + AT_ONCE]
            if self._embedder is not None:
                self._vectors |= zip(part, self._embedder.encode(part), strict=True)

    def _with_topics(
        self, questions: list[Question], others: Sequence[Question], links: Mapping[str, str | None]
    ) -> list[Question]:
        """Give every question without a topic one: of the question it repeats, of similar ones, of its section."""
        topics = {question.id: question.topic for question in others}
        bank = [question for question in others if question.collection == "bank" and question.text in self._vectors]
        lenders = {story: [other for other in bank if (other.kind == "behavioral") == story] for story in (True, False)}
        vectors = {story: np.stack([self._vectors[o.text] for o in same]) for story, same in lenders.items() if same}
        result = []
        for question in questions:
            if not question.topic:
                story = question.kind == "behavioral"
                topic = topics.get(links.get(question.id) or "", "")
                if not topic and story in vectors:
                    topic = self._near_topic(question, lenders[story], vectors[story])
                topic = topic or topic_slug(question.section) or topic_slug(question.collection) or "general"
                question = replace(question, topic=topic)
            topics[question.id] = question.topic
            result.append(question)
        return result

    def _near_topic(self, question: Question, lenders: Sequence[Question], vectors: Vectors) -> str:
        """The topic of the questions of the bank nearest to this one, if any is near. vectors: of the lenders."""
        votes: dict[str, float] = {}
        cosines = vectors @ self._vectors[question.text]
        for at in np.argsort(-cosines)[:NEAREST]:
            if cosines[at] >= TOPIC_COSINE:
                votes[lenders[at].topic] = votes.get(lenders[at].topic, 0.0) + float(cosines[at]) ** 4
        return max(votes, key=lambda topic: votes[topic], default="")

    def _with_points(self, questions: list[Question], progress: Progress) -> list[Question]:
        """Derive key points where none were written, many answers at a time."""
        if self._embedder is None:
            return questions
        result: list[Question] = []
        for start in range(0, len(questions), AT_ONCE):
            progress(start, len(questions), "deriving key points")
            part = questions[start : start + AT_ONCE]
            known = self._statement_vectors([question.answer for question in part if not question.key_points])
            result += [
                question if question.key_points else replace(question, key_points=self._derive(question.answer, known))
                for question in part
            ]
        return result

    def _statement_vectors(self, answers: Sequence[str]) -> "Remembered":
        """Embed what deriving will ask for in full batches, sorted by length, instead of answer by answer."""
        assert self._embedder is not None
        asked = Recorder(self._embedder)
        for answer in answers:
            self._derive(answer, asked)
        texts = sorted(asked.texts, key=len)
        return Remembered(self._embedder, dict(zip(texts, self._embedder.encode(texts), strict=True)) if texts else {})


class Recorder:
    """An embedder that only notes what it is asked for; its vectors are worthless."""

    def __init__(self, embedder: Embedder) -> None:
        self.identity, self.dim = embedder.identity, embedder.dim
        self.texts: dict[str, None] = {}

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Note the texts."""
        self.texts |= dict.fromkeys(texts)
        return np.eye(1, self.dim, dtype=np.float32).repeat(len(texts), axis=0)


class Remembered:
    """An embedder with vectors computed before; what it does not know it computes."""

    def __init__(self, embedder: Embedder, vectors: dict[str, Vectors]) -> None:
        self.identity, self.dim = embedder.identity, embedder.dim
        self._embedder, self._vectors = embedder, vectors

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return (len(texts), dim) float32 rows of length 1."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        if missing:
            self._vectors |= zip(missing, self._embedder.encode(missing), strict=True)
        return np.stack([self._vectors[text] for text in texts])


def _question(entry: Entry, collection: str) -> Question:
    draft = entry.draft
    kind = draft.kind or kind_of(draft.text, draft.section, draft.answer, draft.code_blocks)
    return Question(
        id=entry.id,
        text=draft.text,
        answer=draft.answer,
        topic=draft.topic,
        kind=kind,
        level=draft.level or USUAL_LEVEL[kind],
        key_points=draft.key_points,
        mistakes=draft.mistakes,
        follow_ups=draft.follow_ups,
        tags=draft.tags,
        collection=collection,
        source=entry.source,
        section=draft.section,
        external_id=draft.external_id,
        code_blocks=draft.code_blocks,
    )
