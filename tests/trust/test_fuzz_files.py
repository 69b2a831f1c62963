"""Files that were sound before some of their bytes changed: read, or refused in words."""

import io
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.anki import export_apkg
from coach.bank.anki import read_package
from coach.bank.documents import load_text
from coach.errors import CoachError
from coach.llm.bundled import model_path
from coach.llm.gguf_file import check_whole, read_head
from coach.models import Question
from coach.retrieval.index_file import DamagedIndex, read_header, write_checked
from coach.storage import Store
from coach.storage.anki import read_notes
from coach.storage.backup_file import contents
from tests.bank.test_documents import pdf
from tests.trust.fuzzing import few

HEAD_BYTES = 4096


def word_document(folder: Path) -> Path:
    docx = pytest.importorskip("docx")
    document = docx.Document()
    document.add_heading("Why is the sky blue?", 2)
    document.add_paragraph("Short waves scatter more.")
    document.save(str(folder / "notes.docx"))
    return folder / "notes.docx"


def anki_package(folder: Path) -> Path:
    pytest.importorskip("genanki")
    store = Store(folder / "coach.db")
    store.questions.save([(Question("q", "Why?", "Because.", "logic"), "hash", 0)])
    export_apkg(store, folder / "deck.apkg", datetime(2026, 1, 5, tzinfo=UTC))
    store.close()
    return folder / "deck.apkg"


def portable_document(folder: Path) -> Path:
    (folder / "notes.pdf").write_bytes(pdf(["1. What is yeast?", "", "A fungus."]))
    return folder / "notes.pdf"


def model(folder: Path) -> Path:
    with model_path().open("rb") as file:
        (folder / "model.gguf").write_bytes(file.read(HEAD_BYTES))
    return folder / "model.gguf"


def index(folder: Path) -> Path:
    write_checked(folder / "vectors.index", {"model": "m"}, lambda file: file.write(b"payload" * 20))
    return folder / "vectors.index"


def database(folder: Path) -> Path:
    Store(folder / "other.db").close()
    return folder / "other.db"


def read_index(path: Path) -> object:
    with suppress(DamagedIndex), path.open("rb") as file:
        return read_header(file)
    return None


READERS: dict[str, tuple[Callable[[Path], Path], Callable[[Path], object]]] = {
    "docx": (word_document, load_text),
    "apkg": (anki_package, lambda path: read_package(path.read_bytes(), "deck.apkg", read_notes)),
    "pdf": (portable_document, load_text),
    "gguf": (model, lambda path: check_whole(read_head(path))),
    "index": (index, read_index),
    "backup": (database, contents),
}
edits = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=6)), max_size=6)


def changed(data: bytes, changes: list[tuple[float, bytes]], length: float) -> bytes:
    """The data with some bytes replaced, cut off behind a part of its length."""
    result = io.BytesIO(data)
    for place, new in changes:
        result.seek(int(place * len(data)))
        result.write(new)
    return result.getvalue()[: int(length * len(data)) + 1]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], bytes]:
    kept: dict[str, bytes] = {}

    def content(kind: str) -> bytes:
        if kind not in kept:
            kept[kind] = READERS[kind][0](tmp_path_factory.mktemp(kind)).read_bytes()
        return kept[kind]

    return content


@pytest.mark.parametrize("kind", READERS)
@few
@given(changes=edits, length=st.just(1.0) | st.floats(0, 1))
def test_a_damaged_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory,
    sound: Callable[[str], bytes],
    kind: str,
    changes: list[tuple[float, bytes]],
    length: float,
) -> None:
    path = tmp_path_factory.mktemp("damaged") / f"file.{kind}"
    path.write_bytes(changed(sound(kind), changes, length))
    with suppress(CoachError):
        READERS[kind][1](path)
