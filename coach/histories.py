"""Review histories of other programs, brought into an empty log."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coach.assemble import Parts
from coach.bank.readers.table import plain_field
from coach.bank.text import asked
from coach.errors import CoachError
from coach.srs.export import from_anki, from_hashcards, with_kinds
from coach.storage.histories import anki_history, is_database


@dataclass(frozen=True, slots=True)
class HistoryReport:
    """imported: answers taken over, or lines of our own log.

    unmatched: answers to cards that are no questions of this home, not taken over; lines of our own log about such
    questions are in it, and count once the questions are imported.
    """

    imported: int
    unmatched: int


def import_history(parts: Parts, path: Path) -> HistoryReport:
    """Read an export of ours, Anki's collection.anki2 or what `hashcards export` prints into an empty log.

    A card is matched to the question whose text is its front's. Raises CoachError for another file, or a log that is
    not empty.
    """
    if is_database(path):
        read, (fronts, rows) = from_anki, anki_history(path)
        fronts = {card: asked(plain_field(front)) for card, front in fronts.items()}  # as an import of its cards does
    else:
        text = _text(path)
        exported = _hashcards_export(text)
        if exported is None:
            events = parts.schedule.import_log(text.splitlines())
            ids = parts.store.questions.ids()
            return HistoryReport(len(events), sum(event.question_id not in ids for event in events))
        read, (fronts, rows) = from_hashcards, exported
    by_text = {_plain(question.text): question.id for question in parts.store.questions.live()}
    matched = {card: by_text[_plain(front)] for card, front in fronts.items() if _plain(front) in by_text}
    try:
        events = list(with_kinds(read(rows, matched, parts.schedule.clock.day)))
    except (ValueError, TypeError, KeyError, OverflowError, OSError) as error:  # instants and times of a damaged file
        raise CoachError(f"{path.name} has an answer that cannot be read: {error}.", "Nothing was imported.") from error
    if not events:
        raise CoachError(f"{path.name} has no answer to a question of this home.", "Import its cards first.")
    parts.schedule.adopt_history(events)
    return HistoryReport(len(events), len(rows) - len(events))


def _hashcards_export(text: str) -> tuple[dict[Any, str], list[dict[str, Any]]] | None:
    """(question by card hash, reviews), or None if the text is no such export."""
    try:
        data = json.loads(text)
        contents = {card["hash"]: card["content"].get("basic", {}) for card in data["cards"]}
        fronts = {key: str(content["question"]) for key, content in contents.items() if "question" in content}
        return fronts, [review for session in data["sessions"] for review in session["reviews"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _text(path: Path) -> str:
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise CoachError(f"{path.name} is neither text nor a database.", "Nothing was imported.") from error
    if not text.strip():
        raise CoachError(f"{path.name} is empty.", "Give a file that holds a review history.")
    return text


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
