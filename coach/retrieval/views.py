"""The views of a question that get a vector of their own, and its lexical document."""

from hashlib import blake2b

from coach.models import Question
from coach.retrieval.chunking import chunks
from coach.retrieval.glossary import meanings
from coach.retrieval.store import View

VIEWS_VERSION = 2
"""Part of every content hash: raise it when views are made differently, and all questions are indexed anew."""


def views(question: Question) -> list[View]:
    """(view, lead, text) of the question, of what its terms mean, of each chunk of its answer and of each key point.

    A chunk carries the question before it, because an answer rarely repeats what it answers. Derived key points are
    sentences of the answer and would only be noise beside its chunks (measured: docs/retrieval.md).
    """
    made: list[View] = [("question", "", question.text)]
    if explained := meanings(question.text):
        made.append(("question", question.text, "; ".join(explained)))
    made += [("answer", question.text, chunk) for chunk in chunks(question.answer)]
    made += [("point", "", point.text) for point in question.key_points if not point.derived]
    return list(dict.fromkeys(made))


def lexical_body(question: Question) -> str:
    """The text that words are looked up in, besides the question's own: answer, key points, meanings of its terms."""
    points = [point.text for point in question.key_points if not point.derived]
    return "\n".join([question.answer, *points, *meanings(question.text)])


def content_hash(question: Question) -> str:
    """Hash of everything that the index shows or filters by: equal hashes need no new passages."""
    parts = [str(VIEWS_VERSION), question.topic, question.kind, str(question.level), question.collection]
    parts += question.tags
    for view in views(question):
        parts += view
    return blake2b("\0".join([*parts, lexical_body(question)]).encode(), digest_size=16).hexdigest()
