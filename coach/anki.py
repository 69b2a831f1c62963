"""Questions as an Anki package, with their schedule and review history as far as Anki can take it.

One deck a topic. A note's identity is the question's id, so a later export updates the notes in Anki. Bringing Anki's
history back is `coach ingest`.
"""

import html
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from zlib import crc32

from coach.errors import CoachError, install
from coach.models import Question
from coach.srs.events import ANSWERS, effective
from coach.storage import Store
from coach.storage.anki_collection import add_history

MODEL_ID, DECK_BASE = 1_763_000_001, 1_763_100_000
FIELDS = ("Question", "Answer", "Key points", "Topic", "Source", "Coach id")
_FRONT = "<div class=topic>{{Topic}}</div><div class=question>{{Question}}</div>"
_BACK = "{{FrontSide}}<hr id=answer>{{Answer}}<h4>Key points</h4>{{Key points}}<div class=topic>{{Source}}</div>"
_STYLE = ".card{font:18px sans-serif;text-align:left;max-width:42em;margin:auto}.topic{opacity:.6;font-size:14px}"


def export_apkg(store: Store, target: Path, at: datetime, collection: str | None = None) -> tuple[int, int]:
    """Write live questions (of one collection, or all) to `target`; returns (notes, reviews) written.

    Raises CoachError when the package `genanki` is missing or the file cannot be written.
    """
    try:
        import genanki
    except ImportError as error:
        raise CoachError("Anki packages need the package genanki.", install("anki")) from error
    questions = store.questions.live(collection)
    if not questions:
        raise CoachError("There is no question to export.", "`coach questions` lists them.")
    model = genanki.Model(
        MODEL_ID,
        "Interview coach",
        fields=[{"name": name} for name in FIELDS],
        templates=[{"name": "Interview", "qfmt": _FRONT, "afmt": _BACK}],
        css=_STYLE,
    )
    decks = {topic: genanki.Deck(deck_id(topic), f"Interview coach::{topic}") for topic in sorted(_topics(questions))}
    for question in questions:
        note = genanki.Note(model, note_fields(question), guid=question.id, tags=_tags(question))
        decks[question.topic].add_note(note)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        genanki.Package(list(decks.values())).write_to_file(str(target), timestamp=at.timestamp())
        answers = [(event, grade) for event, grade in effective(store.reviews.events()) if event.kind in ANSWERS]
        return len(questions), add_history(target, store.reviews.cards(), answers)
    except OSError as error:
        raise CoachError(f"Cannot write {target}: {error.strerror}.", "Choose another place.") from error


def note_fields(question: Question) -> list[str]:
    """The fields of a note, as HTML in which the question's text is only text."""
    points = "".join(f"<li>{html.escape(point.text)}</li>" for point in question.key_points)
    answer = f'<div style="white-space:pre-wrap">{html.escape(question.answer)}</div>'
    plain = [html.escape(text) for text in (question.topic, question.source, question.id)]
    return [html.escape(question.text), answer, f"<ul>{points}</ul>" if points else "", *plain]


def deck_id(topic: str) -> int:
    """The same for the same topic in every export, so that Anki finds the deck again."""
    return DECK_BASE * 1000 + crc32(topic.encode()) % 1_000_000_000


def _topics(questions: Iterable[Question]) -> set[str]:
    return {question.topic for question in questions}


def _tags(question: Question) -> list[str]:
    """Tags without spaces, which separate tags in Anki."""
    return ["-".join(tag.split()) for tag in (*question.tags, question.kind, f"level{question.level}") if tag.strip()]
