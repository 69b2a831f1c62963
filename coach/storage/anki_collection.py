"""Schedules and reviews written into the collection of an Anki package (schema 11, which every Anki imports)."""

import sqlite3
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

from coach.models import Card, ReviewEvent

COLLECTION = "collection.anki2"
EASE_OF_GRADE = (1, 1, 1, 2, 3, 4)
"""Anki's answer buttons (again, hard, good, easy) for the grades 0..5: below 3 is forgotten."""
MOST_MILLISECONDS = 60_000  # Anki itself counts at most a minute per answer by default


def add_history(package: Path, cards: Iterable[Card], answers: Sequence[tuple[ReviewEvent, int]]) -> int:
    """Give the notes of `package` (their guid is a question id) due dates, easiness and reviews; returns the reviews.

    answers: those that count, each with the grade that holds in the end; Anki has no place for corrections.
    """
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(package) as archive:
        archive.extract(COLLECTION, folder)
        media = archive.read("media")
        with closing(sqlite3.connect(Path(folder, COLLECTION))) as db, db:
            created = datetime.fromtimestamp(db.execute("select crt from col").fetchone()[0], UTC)
            ids = dict(db.execute("select n.guid, c.id from notes n join cards c on c.nid = n.id").fetchall())
            db.executemany(
                "update cards set type = 2, queue = 2, due = ?, ivl = ?, factor = ?, reps = ?, lapses = ? where id = ?",
                [
                    (*_schedule(card, created.date()), ids[card.question_id])
                    for card in cards
                    if card.question_id in ids
                ],
            )
            rows = [
                _review(event, grade, ids[event.question_id]) for event, grade in answers if event.question_id in ids
            ]
            db.executemany("insert or ignore into revlog values (?, ?, -1, ?, 0, 0, 0, ?, 1)", rows)
        content = Path(folder, COLLECTION).read_bytes()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(COLLECTION, content)
        archive.writestr("media", media)
    return len(rows)


def _schedule(card: Card, created: date) -> tuple[int, int, int, int, int]:
    """(due in days after the collection's creation, interval, easiness in thousandths, reviews, lapses)."""
    due = ((card.due or date.max) - created).days
    return due, max(1, card.interval_days), card.ef_hundredths * 10, card.reviews, card.lapses


def _review(event: ReviewEvent, grade: int, card_id: int) -> tuple[int, int, int, int]:
    milliseconds = min(MOST_MILLISECONDS, int(1000 * (event.seconds or 0)))
    return int(event.at.timestamp() * 1000), card_id, EASE_OF_GRADE[grade], milliseconds
