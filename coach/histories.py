"""Review histories of other programs, brought into an empty log."""

from dataclasses import dataclass
from pathlib import Path

from coach.assemble import Parts
from coach.errors import CoachError
from coach.srs.export import from_anki, from_hashcards, with_kinds
from coach.storage.histories import anki_history, hashcards_history, history_kind


@dataclass(frozen=True, slots=True)
class HistoryReport:
    """imported: answers taken over.  unmatched: answers to cards that are no questions of this home."""

    imported: int
    unmatched: int


def import_history(parts: Parts, path: Path) -> HistoryReport:
    """Read an export of ours, Anki's collection.anki2 or hashcards' database into an empty log.

    A card is matched to the question whose text is its front's. Raises CoachError for another file, or a log that is
    not empty.
    """
    kind = history_kind(path)
    if kind == "jsonl":
        return HistoryReport(parts.schedule.import_log(path.read_text("utf-8").splitlines()), 0)
    by_text = {_plain(question.text): question for question in parts.store.questions.live()}
    fronts, rows = anki_history(path) if kind == "anki" else hashcards_history(path)
    matched = {card: by_text[_plain(front)] for card, front in fronts.items() if _plain(front) in by_text}
    ids = {card: question.id for card, question in matched.items()}
    read = from_anki if kind == "anki" else from_hashcards
    events = list(with_kinds(read(rows, ids, parts.schedule.clock.day)))
    if not events:
        raise CoachError(f"{path.name} has no answer to a question of this home.", "Import its cards first.")
    return HistoryReport(parts.schedule.adopt_history(events), len(rows) - len(events))


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
