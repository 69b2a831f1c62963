"""Importing documents into the bank.

An import reads and compares first, then computes what costs time (derived key points, vectors), and only then writes,
in one transaction: whatever interrupts it leaves the bank as it was.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from coach.bank.anki import read_package
from coach.bank.documents import ARCHIVES, load_bytes, load_text, walk
from coach.bank.drafts import Parsed, PastReview, Skipped
from coach.bank.enrich import Derive, Enricher
from coach.bank.importer import Document, Entry, Known, Plan, plan
from coach.bank.readers import reader_for
from coach.bank.shipped import COLLECTION
from coach.errors import BankError
from coach.models import Question
from coach.paths import expanded
from coach.ports import Embedder, Progress
from coach.retrieval.indexing import TEXTS_PER_SAVE
from coach.retrieval.shipped_vectors import shipped_vectors
from coach.retrieval.views import content_hash, lexical_body, views
from coach.storage import Store
from coach.storage.anki import read_notes
from coach.storage.passages import embedded_text, text_hash


@dataclass(slots=True)
class Report:
    """What an import did, or would do. changes: (what, question id, title) of all that is not unchanged."""

    documents: int = 0
    questions: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    changes: list[tuple[str, str, str]] = field(default_factory=list)


def silent(done: int, total: int, what: str) -> None:
    """Progress that nobody watches."""


Record = Callable[[Question, PastReview], object]
"""Writes one imported review into the log."""


def forget(question: Question, review: PastReview) -> None:
    """Drop an imported review."""


def default_collection(paths: Sequence[Path]) -> str:
    """The name of an import that was not given one: of the file without its suffix, of the folder, or of the first."""
    path = expanded(paths[0]).resolve()
    return path.name if path.is_dir() else path.stem


def ingest(
    store: Store,
    paths: Sequence[Path],
    collection: str = "",
    *,
    embedder: Embedder | None,
    derive: Derive,
    record: Record = forget,
    dry_run: bool = False,
    progress: Progress = silent,
) -> Report:
    """Import documents as one collection and say what became new, changed, unchanged and gone.

    embedder: without one, key points are not derived, near-duplicates not linked, and search finds words only.
    record: takes over the reviews that another program noted, for new questions only.
    Raises NothingRead if no document could be read.
    """
    collection = collection or default_collection(paths)
    if collection == COLLECTION:
        raise BankError(f"“{COLLECTION}” is the shipped bank.", "Give another name with --collection.")
    report = Report()
    documents = _read(paths, report, progress)
    if not documents:
        reasons = "; ".join(f"{entry.path}: {entry.reason}" for entry in report.skipped[:3])
        empty = f"There is no file in {', '.join(map(str, paths))}"
        raise NothingRead(f"Nothing was imported. {reasons or empty}.", report)
    stored = store.questions.stored(collection)
    planned = plan(
        documents,
        [Known(entry.question, entry.source_hash, entry.retired) for entry in stored],
        collection,
        taken=store.questions.ids(),
        vanished={entry.question.source for entry in stored if not Path(entry.question.source).exists()},
    )
    _fill(report, documents, planned)
    if not dry_run:
        live = store.questions.live()
        known = _known_vectors(store, live, embedder) if planned.new or planned.changed else {}
        enricher = Enricher(live, embedder, derive, known)
        changes = _changes(planned, collection, enricher, progress)
        if embedder is not None:
            _embed(store, changes.questions, embedder, enricher, progress)
        _write(store, planned, changes, collection, paths[0], record)
    return report


class NothingRead(BankError):
    """No document could be read; `report` says why for each."""

    def __init__(self, message: str, report: Report) -> None:
        super().__init__(message, "Supported are Markdown, text, HTML, docx, PDF, CSV and Anki packages.")
        self.report = report


def _read(paths: Sequence[Path], report: Report, progress: Progress) -> list[Document]:
    """Load and parse every document; what cannot be read is noted and does not stop the others."""
    documents: list[Document] = []
    files = list(dict.fromkeys(file.absolute() for path in paths for file in walk(expanded(path))))
    for number, file in enumerate(files):
        progress(number, len(files), f"reading {file.name}")
        try:
            documents.append(_document(file, report))
        except BankError as error:
            report.skipped.append(Skipped(str(file), 0, error.message))
    return documents


def _document(file: Path, report: Report) -> Document:
    if file.suffix.lower() in ARCHIVES:
        parsed, ours = read_package(load_bytes(file), str(file), read_notes), False
    else:
        parsed, ours = _parsed(load_text(file), file)
    report.skipped += parsed.skipped
    if not parsed.drafts:
        raise BankError("no question with an answer found")
    return Document(str(file), tuple(parsed.drafts), ours)


def _parsed(text: str, file: Path) -> tuple[Parsed, bool]:
    """What the reader that knows this layout finds, and whether the layout is our own."""
    reader = reader_for(text)
    if reader is None:
        raise BankError("no questions found: no heading, numbered question, question mark or card")
    return reader.read(text, str(file)), reader.__name__.endswith(".own_format")


def _fill(report: Report, documents: Sequence[Document], planned: Plan) -> None:
    report.documents = len(documents)
    report.questions = sum(len(document.drafts) for document in documents)
    report.new, report.changed = len(planned.new), len(planned.changed)
    report.unchanged, report.gone = len(planned.unchanged), len(planned.gone)
    report.changes = [("new", entry.id, entry.draft.text) for entry in planned.new]
    report.changes += [("changed", entry.id, entry.draft.text) for entry in planned.changed]
    report.changes += [("gone", question.id, question.text) for question in planned.gone]


@dataclass(frozen=True, slots=True)
class _Changes:
    """What will be written. entries and questions belong together; links: which question each repeats, by id."""

    entries: list[Entry]
    questions: list[Question]
    gone: list[str]
    links: dict[str, str | None]


def _changes(planned: Plan, collection: str, enricher: Enricher, progress: Progress) -> _Changes:
    entries = [*planned.new, *planned.changed]
    gone = [question.id for question in planned.gone]
    questions, links = enricher.complete(
        entries, collection, restored=planned.restored, without=gone, progress=progress
    )
    return _Changes(entries, questions, gone, links)


def _known_vectors(store: Store, questions: Sequence[Question], embedder: Embedder | None) -> dict[str, np.ndarray]:
    """The vectors of these questions that came with the coach or were computed before, by the question's text."""
    if embedder is None:
        return {}
    texts = {text_hash(question.text): question.text for question in questions}
    stored = store.passages.vectors_by_hash(embedder.identity)
    known = {texts[key]: vector for key, vector in stored if key in texts}
    shipped = shipped_vectors(embedder.identity)
    return known | {text: shipped[key] for key, text in texts.items() if key in shipped}


def _embed(
    store: Store, questions: Sequence[Question], embedder: Embedder, enricher: Enricher, progress: Progress
) -> None:
    """Compute the vectors that search will need, before anything refers to them.

    They are kept by the hash of their text: an import that is interrupted here has changed nothing that anyone can
    see, and the next one goes on where it stopped.
    """
    shown = (view for question in questions for view in views(question))
    texts = {text_hash(text): text for _, lead, body in shown if (text := embedded_text(lead, body))}
    missing = store.passages.hashes_without_vector(embedder.identity, list(texts))
    known = [(key, vector) for key in missing if (vector := enricher.vector(texts[key])) is not None]
    store.passages.add_vectors(embedder.identity, [(key, vector.tobytes()) for key, vector in known])
    # texts of similar length share a batch without padding
    missing = sorted(set(missing).difference(key for key, _ in known), key=lambda key: len(texts[key]))
    for start in range(0, len(missing), TEXTS_PER_SAVE):
        progress(start, len(missing), "embedding passages")
        part = missing[start : start + TEXTS_PER_SAVE]
        vectors = embedder.encode([texts[key] for key in part])
        rows = [(key, row.tobytes()) for key, row in zip(part, vectors, strict=True)]
        store.passages.add_vectors(embedder.identity, rows)


def _write(store: Store, planned: Plan, changes: _Changes, collection: str, root: Path, record: Record) -> None:
    """Save everything in one transaction."""
    with store.atomic():
        store.questions.note_import(collection, str(expanded(root).absolute()), "")
        store.questions.save(
            (question, entry.source_hash, entry.position)
            for question, entry in zip(changes.questions, changes.entries, strict=True)
            if entry.id not in planned.restored
        )
        kept = [*planned.unchanged, *(entry for entry in planned.new if entry.id in planned.restored)]
        store.questions.move({entry.id: (entry.position, entry.source) for entry in kept})
        store.questions.retire(changes.gone)
        store.questions.link(changes.links)
        for question in changes.questions:
            store.passages.replace(question, content_hash(question), views(question), lexical_body(question))
        store.passages.remove(changes.gone)
        fresh = {entry.id for entry in planned.new}.difference(planned.returning)
        for question, entry in zip(changes.questions, changes.entries, strict=True):
            for review in entry.draft.history if question.id in fresh else ():
                record(question, review)
