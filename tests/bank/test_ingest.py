"""Importing documents: identity over re-imports, one transaction, faults of every kind."""

import os
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import blake2b
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from coach.bank import documents
from coach.bank.drafts import PastReview
from coach.errors import BankError
from coach.ingest import NothingRead, Report, ingest
from coach.models import KeyPoint, Question
from coach.ports import Embedder
from coach.retrieval.embedder import SentenceEncoder
from coach.retrieval.shipped_vectors import shipped_vectors
from coach.shipped_bank import ensure_shipped_bank
from coach.storage import Store
from coach.storage.passages import text_hash

FAQ = """What is yeast?▾
A fungus that makes gas out of sugar.
Why knead dough?▾
Kneading lines up gluten so that the dough holds gas.
How hot is an oven?▾
About 230 degrees.
"""


class HashEmbedder:
    """Unit vectors of hashed words: equal texts are equal, texts with common words are near. Counts what it embeds."""

    identity, dim = "hash", 64

    def __init__(self) -> None:
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        self.texts += texts
        rows = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in text.lower().split() or [""]:
                row[int.from_bytes(blake2b(word.encode(), digest_size=2).digest()) % self.dim] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def derive(answer: str, embedder: Embedder) -> tuple[KeyPoint, ...]:
    return (KeyPoint(" ".join(answer.split()[:9]), 3, derived=True),)


def bring(store: Store, *paths: Path, collection: str = "", dry_run: bool = False, **parts: object) -> Report:
    embedder = HashEmbedder()
    return ingest(store, paths, collection, embedder=embedder, derive=derive, dry_run=dry_run, **parts)  # type: ignore[arg-type]


def counts(report: Report) -> tuple[int, int, int, int]:
    return report.new, report.changed, report.unchanged, report.gone


@pytest.fixture
def faq(tmp_path: Path) -> Path:
    path = tmp_path / "bread.txt"
    path.write_text(FAQ, "utf-8")
    return path


def test_an_import_gives_complete_questions(store: Store, faq: Path) -> None:
    report = bring(store, faq)
    assert (report.documents, report.questions, counts(report)) == (1, 3, (3, 0, 0, 0))
    yeast = store.questions.live("bread")[0]
    assert yeast == Question(
        id="bread/what-is-yeast",
        text="What is yeast?",
        answer="A fungus that makes gas out of sugar.",
        topic="bread",
        kind="concept",
        level=2,
        key_points=(KeyPoint("A fungus that makes gas out of sugar.", 3, derived=True),),
        collection="bread",
        source=str(faq),
    )


def test_a_second_import_changes_nothing_and_embeds_nothing(store: Store, faq: Path) -> None:
    bring(store, faq)
    before = store.questions.live()
    embedder = HashEmbedder()
    report = ingest(store, [faq], embedder=embedder, derive=derive)
    assert counts(report) == (0, 0, 3, 0)
    assert store.questions.live() == before
    assert embedder.texts == []


def test_questions_whose_vectors_came_with_the_coach_are_not_embedded_again(store: Store, faq: Path) -> None:
    ensure_shipped_bank(store)
    bundled = SentenceEncoder()
    shipped = shipped_vectors(bundled.identity)
    ours = [question.text for question in store.questions.live()]
    assert all(text_hash(text) in shipped for text in ours)

    class Bundled(HashEmbedder):
        identity, dim = bundled.identity, 384

    embedder = Bundled()
    ingest(store, [faq], embedder=embedder, derive=derive)
    assert embedder.texts
    assert not {*embedder.texts} & {*ours}


def test_questions_that_the_home_holds_are_not_embedded_again(store: Store, faq: Path) -> None:
    bring(store, faq)
    rye = faq.with_name("rye.txt")
    rye.write_text("What is rye?▾\nA cereal of the north.\n")
    embedder = HashEmbedder()
    ingest(store, [rye], embedder=embedder, derive=derive)
    assert sorted(embedder.texts) == ["What is rye?", "What is rye?\nA cereal of the north."]


def test_edits_keep_ids_and_what_is_gone_is_retired(store: Store, faq: Path) -> None:
    bring(store, faq)
    edited = FAQ.replace("Why knead dough?", "Why do you knead dough at all?").replace("About 230 degrees", "230 °C")
    faq.write_text("What is salt?▾\nSodium chloride.\n" + "\n".join(edited.splitlines()[2:]), "utf-8")

    report = bring(store, faq)

    assert counts(report) == (1, 2, 0, 1)
    assert [(what, key) for what, key, _ in report.changes] == [
        ("new", "bread/what-is-salt"),
        ("changed", "bread/why-knead-dough"),
        ("changed", "bread/how-hot-is-an-oven"),
        ("gone", "bread/what-is-yeast"),
    ]
    live = store.questions.live("bread")
    assert [question.text for question in live] == [
        "What is salt?",
        "Why do you knead dough at all?",
        "How hot is an oven?",
    ]
    assert store.questions.get("bread/what-is-yeast") is not None, "reviews still refer to it"

    faq.write_text(FAQ, "utf-8")
    assert counts(bring(store, faq)) == (1, 2, 0, 1)
    assert store.questions.live("bread")[0].id == "bread/what-is-yeast", "it comes back with its history"


def test_an_edit_by_the_person_stands_until_the_source_changes(store: Store, faq: Path) -> None:
    bring(store, faq)
    mine = replace(store.questions.live("bread")[0], answer="My own answer.")
    store.questions.edit(mine)
    assert counts(bring(store, faq)) == (0, 0, 3, 0)
    assert store.questions.live("bread")[0] == mine


def test_a_question_reworded_in_all_its_parts_is_still_the_one_of_its_source(store: Store, faq: Path) -> None:
    bring(store, faq)
    mine = replace(store.questions.live("bread")[0], text="Which organism raises dough?", answer="Saccharomyces.")
    store.questions.edit(mine)
    assert counts(bring(store, faq)) == (0, 0, 3, 0)
    assert store.questions.live("bread")[0] == mine


def test_an_edited_question_that_comes_back_is_as_it_was_left(store: Store, faq: Path) -> None:
    bring(store, faq)
    mine = replace(store.questions.live("bread")[0], text="Which organism raises dough?", answer="Saccharomyces.")
    store.questions.edit(mine)
    faq.write_text("\n".join(FAQ.splitlines()[2:]), "utf-8")
    assert counts(bring(store, faq)) == (0, 0, 2, 1)
    faq.write_text(FAQ, "utf-8")
    assert counts(bring(store, faq)) == (1, 0, 2, 0)
    assert store.questions.live("bread")[0] == mine
    assert store.questions.stored("bread")[0].edited
    assert {passage.text for passage in store.passages.passages_of([mine.id])} == {mine.text, mine.answer}
    assert counts(bring(store, faq)) == (0, 0, 3, 0)


def test_moving_a_file_keeps_its_questions(store: Store, faq: Path) -> None:
    bring(store, faq)
    moved = faq.with_name("renamed.txt")
    faq.rename(moved)
    assert counts(bring(store, moved, collection="bread")) == (0, 0, 3, 0)
    assert {question.source for question in store.questions.live("bread")} == {str(moved)}


def test_other_documents_of_a_collection_are_left_alone(store: Store, faq: Path) -> None:
    other = faq.with_name("other.txt")
    other.write_text("What is rye?▾\nA cereal.\nWhat is spelt?▾\nAnother cereal.\n")
    bring(store, faq, collection="all")
    assert counts(bring(store, other, collection="all")) == (2, 0, 0, 0)
    assert len(store.questions.live("all")) == 5


def test_a_dry_run_writes_nothing(store: Store, faq: Path) -> None:
    assert counts(bring(store, faq, dry_run=True)) == (3, 0, 0, 0)
    assert store.questions.live() == []
    assert store.questions.collections() == []


def test_equal_questions_of_other_sources_are_linked_to_the_first(store: Store, faq: Path) -> None:
    bring(store, faq)
    copy = faq.with_name("copy.txt")
    copy.write_text("What is yeast?▾\nA fungus that makes gas out of sugar.\nName a cheese.▾\nBrie.\n")
    bring(store, copy)
    links = {question.id: question.duplicate_of for question in store.questions.live("copy")}
    assert links == {"copy/what-is-yeast": "bread/what-is-yeast", "copy/name-a-cheese": None}


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("step", ["deriving key points", "embedding passages", "looking for near-duplicates"])
def test_an_interruption_leaves_the_bank_as_it_was(
    store: Store, faq: Path, stop: type[BaseException], step: str
) -> None:
    bring(store, faq)
    before = store.questions.live(), store.questions.collections(), store.passages.content_hashes()
    faq.write_text(FAQ.replace("yeast", "sourdough"), "utf-8")

    def interrupt(done: int, total: int, what: str) -> None:
        if what == step:
            raise stop

    with pytest.raises(stop):
        bring(store, faq, progress=interrupt)
    assert (store.questions.live(), store.questions.collections(), store.passages.content_hashes()) == before


def test_a_failure_while_writing_leaves_the_bank_as_it_was(store: Store, faq: Path) -> None:
    def fail(question: Question, review: PastReview) -> None:
        raise OSError("disk full")

    table = faq.with_suffix(".csv")
    table.write_text("question,answer,history\nWhat is rye?,A cereal.,2026-01-05T18:00:00Z=4\n")
    with pytest.raises(OSError, match="disk full"):
        bring(store, table, record=fail)
    assert store.questions.live() == []
    assert store.passages.content_hashes() == {}


def test_past_reviews_are_recorded_once_for_new_questions(store: Store, faq: Path) -> None:
    table = faq.with_suffix(".csv")
    table.write_text("question,answer,history\nWhat is rye?,A cereal.,2026-01-05T18:00:00Z=4\n")
    seen: list[tuple[str, PastReview]] = []

    def record(question: Question, review: PastReview) -> None:
        seen.append((question.id, review))

    bring(store, table, record=record)
    table.write_text("question,answer,history\nWhat is rye?,A cereal of the north.,2026-01-05T18:00:00Z=4\n")
    bring(store, table, record=record)
    assert seen == [("bread/what-is-rye", PastReview(datetime(2026, 1, 5, 18, tzinfo=UTC), 4))]


def zipped(name: str, content: str) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def docx(xml: str) -> bytes:
    return zipped("word/document.xml", xml)


def encrypted_pdf() -> bytes:
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.encrypt("secret")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


BAD = {
    "binary.txt": (b"\x00\x01\x02" * 500, "a binary file, not text"),
    "empty.md": (b"", "empty"),
    "blank.md": (b" \n\t\n", "empty"),
    "latin.txt": ("Was ist Brot? Größe".encode("latin-1"), "not UTF-8 text (byte 16): save it as UTF-8"),
    "diary.txt": (b"Today I baked bread. It was good.\n", "no questions found"),
    "locked.pdf": (encrypted_pdf(), "protected by a password"),
    "broken.pdf": (b"%PDF-1.7\n% nothing else", "damaged PDF"),
    "bomb.docx": (docx("<a>" + " " * 300 * 2**20 + "</a>"), "refused"),
    "bomb.apkg": (zipped("collection.anki2", " " * 300 * 2**20), "refused"),
    "laughs.docx": (docx('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "declares XML entities"),
    "broken.docx": (b"PK\x03\x04 and nothing", "damaged"),
    "old.docx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "password"),
    "broken.apkg": (b"PK\x05\x06" + b"\0" * 18, "no Anki collection inside"),
    "picture.png": (b"\x89PNG\r\n", ".png is no kind of document"),
}


def test_one_good_file_among_bad_ones_is_imported(store: Store, faq: Path) -> None:
    folder = faq.parent / "folder"
    folder.mkdir()
    faq.rename(folder / "good.txt")
    for name, (content, _) in BAD.items():
        (folder / name).write_bytes(content)
    (folder / "itself.md").symlink_to(folder / "itself.md")
    (folder / "circle").symlink_to(folder, target_is_directory=True)
    os.mkfifo(folder / "pipe.md")

    report = bring(store, folder)

    assert (report.documents, report.questions) == (1, 3)
    reasons = {Path(part.path).name: part.reason for part in report.skipped}
    assert set(reasons) == {*BAD, "itself.md", "pipe.md"}
    for name, (_, reason) in BAD.items():
        assert reason in reasons[name], name
    assert reasons["pipe.md"] == "not a regular file"
    assert reasons["itself.md"] == "a link that leads to no file"
    assert {question.collection for question in store.questions.live()} == {"folder"}


def test_nothing_read_is_an_error_with_the_reason(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "empty.md"
    path.write_bytes(b"")
    with pytest.raises(NothingRead, match="Nothing was imported") as error:
        bring(store, path)
    assert [part.reason for part in error.value.report.skipped] == ["empty"]


def test_an_empty_folder_is_named(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    with pytest.raises(NothingRead, match=f"There is no file in {folder}. Supported"):
        bring(store, folder)


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(200 * 2**20)  # sparse: no disk space is taken
    with pytest.raises(BankError, match="200 MiB, more than 64 MiB"):
        documents.load_text(path)


def test_the_shipped_bank_cannot_be_imported_over(store: Store, faq: Path) -> None:
    with pytest.raises(BankError, match="shipped bank"):
        bring(store, faq, collection="bank")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_texts_with_a_byte_order_mark_are_read(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("Über\r\nx̂\x07\fz".encode(encoding))
    assert documents.load_text(path) == "Über\nx̂\nz"
