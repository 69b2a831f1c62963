"""Keeping passages and vectors in step with the questions: incremental, resumable, with progress."""

from collections.abc import Iterable
from dataclasses import dataclass

from coach.models import Question
from coach.ports import Embedder, Progress
from coach.retrieval.shipped_vectors import shipped_vectors
from coach.retrieval.store import PassageHome, TextRow
from coach.retrieval.views import content_hash, lexical_body, views

TEXTS_PER_SAVE = 256
"""Texts embedded between two saves: what an interruption costs at most."""


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What one run of `index_questions` did. changed: questions new or different; embedded: texts."""

    changed: int
    removed: int
    embedded: int


def _silent(done: int, total: int, what: str) -> None:
    return None


def update_passages(home: PassageHome, questions: Iterable[Question], *, complete: bool = True) -> tuple[int, int]:
    """Make passages and lexical documents match `questions`; returns (changed, removed).

    complete: these are all live questions, so every other one is taken out of the index.
    No encoder is needed: from here on lexical search finds everything.
    """
    with home.atomic():
        store = home.passages
        known = store.content_hashes()
        seen: set[str] = set()
        changed = 0
        for question in questions:
            seen.add(question.id)
            digest = content_hash(question)
            if known.get(question.id) != digest:
                store.replace(question, digest, views(question), lexical_body(question))
                changed += 1
        gone = sorted(set(known) - seen) if complete else []
        if gone:
            store.remove(gone)
    return changed, len(gone)


def embed_missing(home: PassageHome, embedder: Embedder, progress: Progress = _silent) -> int:
    """Embed every passage text that this encoder has no vector for; returns how many.

    Vectors that come with the coach are taken over first. Saves every `TEXTS_PER_SAVE` texts: after an interruption
    the next call goes on from there.
    """
    missing = home.passages.texts_without_vector(embedder.identity)
    if missing:
        missing = _without_shipped(home, embedder.identity, missing)
    # texts of similar length share a batch without padding
    missing.sort(key=lambda row: len(row[1]))
    for start in range(0, len(missing), TEXTS_PER_SAVE):
        progress(start, len(missing), "embedding passages")
        part = missing[start : start + TEXTS_PER_SAVE]
        vectors = embedder.encode([text for _, text in part])
        rows = [(key, row.tobytes()) for (key, _), row in zip(part, vectors, strict=True)]
        home.passages.add_vectors(embedder.identity, rows)
    if missing:
        progress(len(missing), len(missing), "embedding passages")
    return len(missing)


def _without_shipped(home: PassageHome, model: str, missing: list[TextRow]) -> list[TextRow]:
    shipped = shipped_vectors(model)
    there = [key for key, _ in missing if key in shipped]
    if there:
        home.passages.add_vectors(model, [(key, shipped[key].tobytes()) for key in there])
    return [row for row in missing if row[0] not in shipped]


def index_questions(
    home: PassageHome, questions: Iterable[Question], embedder: Embedder, progress: Progress = _silent
) -> IndexReport:
    """Bring passages and vectors in step with `questions`, which must be all live ones.

    Unchanged questions cost a hash; only texts without a vector are embedded.
    """
    changed, removed = update_passages(home, questions)
    return IndexReport(changed, removed, embed_missing(home, embedder, progress))


def use_encoder(home: PassageHome, embedder: Embedder, progress: Progress = _silent) -> int:
    """Embed all passages with another encoder, then forget the vectors of every other; returns texts embedded.

    Until the new set is complete the old vectors stay, so an interrupted change leaves search as it was.
    """
    embedded = embed_missing(home, embedder, progress)
    home.passages.drop_vectors_except([embedder.identity])
    return embedded
