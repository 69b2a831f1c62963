from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest

from coach.assemble import Parts
from coach.config import load
from coach.conversation import Talkers
from coach.errors import StorageError
from coach.models import Judgement, Question
from coach.paths import Paths
from coach.rescue import rescued
from coach.session import Session
from tui.plain import PlainPractice

QUESTION = Question("q/1", "Why?", "Because.", "logic")
NOW = datetime(2026, 1, 1, tzinfo=UTC)


class NotReached:
    """A judge for answers that never get so far."""

    name = "not reached"

    def judge(self, question: Question, answer: str, **_: object) -> Judgement:
        raise AssertionError("an answer that is not on disk was judged")


def test_an_answer_goes_to_the_temporary_folder_when_the_home_has_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "file"
    home.write_text("where the home's folder should be")
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    said = rescued(Paths(home), QUESTION, "my answer", NOW)
    file = Path(said.removeprefix("Your answer is in ").removesuffix("."))
    assert "my answer" in file.read_text("utf-8")
    (folder,) = (tmp_path / "tmp").iterdir()  # one that nobody else could have prepared or can read
    assert file.is_relative_to(folder)
    assert folder.stat().st_mode & 0o077 == 0


def test_what_was_typed_while_the_database_is_locked_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coach.storage.connection.BUSY_SECONDS", 0.1)
    monkeypatch.setattr(Parts, "talkers", Talkers(NotReached()))
    parts = Parts(load())
    parts.back_up_daily(NOW.date()).join()
    session = Session(parts)
    session.begin()
    session.next()

    def lines():  # type: ignore[no-untyped-def]
        other = parts.store.__class__(parts.store.path)
        yield "an answer that took an hour\n"
        other.db.execute("BEGIN")
        yield "\n"

    out = StringIO()
    with pytest.raises(StorageError, match="in use by another coach"):
        PlainPractice(session, lines(), out).run(1)
    (kept,) = parts.config.paths.rescued.glob("answer-*")
    assert "an answer that took an hour" in kept.read_text("utf-8")
    assert str(kept) in out.getvalue()
