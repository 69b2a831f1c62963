"""An export holds everything, another home takes it in, two homes become one, and bad lines change nothing."""

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coach.clock import study_clock
from coach.config import Study
from coach.errors import CoachError
from coach.exchange import export_csv, export_jsonl, import_jsonl
from coach.merge import merged_logs
from coach.models import InterviewDate, Judgement, KeyPoint, PointVerdict, Question, ReviewEvent, Span, Turn
from coach.schedule import Schedule
from coach.storage import Store
from coach.storage.tables import COMPUTED, EXPORTED

START = datetime(2026, 1, 1, 9, tzinfo=UTC)
POINT = KeyPoint("A point.", 3, "A probe?")
JUDGEMENT = Judgement((PointVerdict(POINT, "covered", 0.9, 1.0, Span(0, 4, "very")),), 4.5, 4, True, "words")
QUESTIONS = [Question(f"q{i}", f"Why {i}?", "Because.", "logic", key_points=(POINT,), tags=("a",)) for i in range(9)]


class Home:
    """A home with a small bank."""

    def __init__(self, path: Path) -> None:
        self.store = Store(path)
        self.schedule = Schedule(self.store, study_clock(Study()))
        self.store.questions.note_import("bank", "corpus", "1", START)
        self.store.questions.save([(question, "hash", at) for at, question in enumerate(QUESTIONS)], START)


@pytest.fixture
def home_named(tmp_path: Path) -> Callable[[str], Home]:
    return lambda name: Home(tmp_path / name / "coach.db")


def practise(parts: Home, days: int, begin: datetime = START) -> None:
    """A person's work: sessions, answers, verdicts, grades, an override, an undo, an interview date."""
    store = parts.store
    ids = [question.id for question in store.questions.live()[:days]]
    session = store.attempts.start_session("practice", ids, begin, {"topic": "any"})
    for number, question_id in enumerate(ids):
        at = begin + timedelta(days=number)
        attempt = store.attempts.start(question_id, at, session)
        store.attempts.add_turn(attempt, Turn("candidate", "answer", f"=answer {number} \u2603\nline two", at))
        store.attempts.save_judgement(attempt, JUDGEMENT, "judged")
        parts.schedule.record(question_id, number % 6, at, topic="any", attempt_id=attempt)
        store.attempts.add_case(attempt, at, JUDGEMENT, number % 6)
    parts.schedule.override(ids[0], 5, begin + timedelta(days=days))
    parts.schedule.undo(begin + timedelta(days=days, hours=1))
    day = (begin + timedelta(days=40)).date()
    store.reviews.set_interview_date(InterviewDate(day, begin.date(), "Acme", {"nlp": 2.0}))


def exported(parts: Home, file: Path) -> list[str]:
    export_jsonl(parts.store, file, START)
    return file.read_text("utf-8").splitlines()


def test_every_table_is_either_exported_or_computed(store: Store) -> None:
    tables = {table.name for table in store.db.sqlite_utils.tables} - {"_sqlite_migrations", "sqlite_sequence"}
    assert {name for name in tables if not name.startswith("questions_fts_")} == {*EXPORTED, *COMPUTED}


def test_a_fresh_home_that_takes_an_export_in_exports_the_same(
    home_named: Callable[[str], Home], tmp_path: Path
) -> None:
    parts, other = home_named("one"), home_named("two")
    practise(parts, 8)
    parts.schedule.rebuild()  # notes the scheduler, as taking a log in does
    lines = exported(parts, tmp_path / "one.jsonl")
    done = import_jsonl(other.store, other.schedule, tmp_path / "one.jsonl")
    assert (done.added["attempts"], done.added["review_log"], done.added["questions"]) == (8, 10, 0)
    assert exported(other, tmp_path / "two.jsonl") == lines
    assert list(other.store.reviews.cards()) == list(parts.store.reviews.cards())
    again = import_jsonl(other.store, other.schedule, tmp_path / "one.jsonl")
    assert not +again.added


def test_two_homes_become_one_with_reviews_in_order_of_time(home_named: Callable[[str], Home], tmp_path: Path) -> None:
    laptop, desktop = home_named("one"), home_named("two")
    practise(laptop, 4)
    practise(desktop, 3, START + timedelta(days=1, hours=3))
    exported(desktop, tmp_path / "desktop.jsonl")
    import_jsonl(laptop.store, laptop.schedule, tmp_path / "desktop.jsonl")
    events = list(laptop.store.reviews.events())
    assert len(events) == 11
    assert [event.at for event in events] == sorted(event.at for event in events)
    for event in events:
        if event.attempt_id is not None:
            attempt = laptop.store.attempts.find(event.attempt_id)
            assert attempt is not None
            assert attempt.question_id == event.question_id
            assert attempt.judgement == JUDGEMENT


BAD_LINES = {
    "no JSON": "{",
    "no row": "[]",
    "unknown table": '{"table": "sqlite_master", "row": {}}',
    "unknown column": '{"table": "settings", "row": {"name": "a", "value) select 1 --": 1}}',
    "wrong type": '{"table": "attempts", "row": {"id": 1, "question_id": "q", "started_at": "x", "hints": "many"}}',
    "number too large": '{"table": "sessions", "row": {"id": 1, "kind": "a", "started_at": "x", "finished_at": 1e999}}',
    "bad grade": '{"table": "review_log", "row": {"id": 1, "kind": "review", "question_id": "q", "grade": 9, '
    '"at": "2026-01-01T00:00:00+00:00", "study_day": "2026-01-01"}}',
    "undo of nothing": '{"table": "review_log", "row": {"id": 2, "kind": "undo", "question_id": "q", "target_id": 1, '
    '"at": "2026-01-01T00:00:00+00:00", "study_day": "2026-01-01"}}',
    "no question": '{"table": "questions", "row": {"id": "q"}}',
    "empty verdicts": '{"table": "attempts", "row": {"id": 1, "question_id": "q", "state": "asked", '
    '"started_at": "2026-01-01T00:00:00+00:00", "hints": 0, "judgement": {}}}',
    "no instant": '{"table": "sessions", "row": {"id": 1, "kind": "practice", "queue": [], "started_at": "soon"}}',
    "no day": '{"table": "interview_dates", "row": {"day": 0, "since": "2026-01-01", "title": "", "weights": {}}}',
    "no weight": '{"table": "interview_dates", "row": {"day": "2026-02-01", "since": "2026-01-01", "title": "", '
    '"weights": {"nlp": "much"}}}',
    "no parameters": '{"table": "settings", "row": {"name": "fsrs_parameters", "value": "abc"}}',
    "no tasks": '{"table": "settings", "row": {"name": "trust:model", "value": 7}}',
    "recall above 1": '{"table": "review_log", "row": {"id": 1, "kind": "review", "question_id": "q", "grade": 4, '
    '"at": "2026-01-01T00:00:00+00:00", "study_day": "2026-01-01", "recall": 1.5}}',
    "no verdicts": '{"table": "attempts", "row": {"id": 1, "question_id": "q", "started_at": "x", "judgement": [1]}}',
}


@pytest.mark.parametrize("line", BAD_LINES.values(), ids=BAD_LINES)
def test_a_bad_line_is_named_and_changes_nothing(home_named: Callable[[str], Home], tmp_path: Path, line: str) -> None:
    parts = home_named("one")
    before = exported(parts, tmp_path / "export.jsonl")
    good = '{"table": "settings", "row": {"name": "mine", "value": 1}}'
    (tmp_path / "bad.jsonl").write_text(f"{before[0]}\n{good}\n{line}\n", "utf-8")
    with pytest.raises(CoachError, match=r"bad\.jsonl"):
        import_jsonl(parts.store, parts.schedule, tmp_path / "bad.jsonl")
    assert exported(parts, tmp_path / "export.jsonl") == before


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\0", b"# Notes\n", b'{"format": "interview-coach export"}'])
def test_what_is_no_export_is_refused(home_named: Callable[[str], Home], tmp_path: Path, content: bytes) -> None:
    (tmp_path / "notes.md").write_bytes(content)
    parts = home_named("one")
    with pytest.raises(CoachError, match=r"notes\.md"):
        import_jsonl(parts.store, parts.schedule, tmp_path / "notes.md")


def test_a_place_that_cannot_be_written_is_said(home_named: Callable[[str], Home], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CoachError, match=r"Cannot write .*collections"):
        export_csv(home_named("one").store, tmp_path / "file")


def test_no_cell_of_a_table_is_a_formula(home_named: Callable[[str], Home], tmp_path: Path) -> None:
    parts = home_named("one")
    practise(parts, 3)
    export_csv(parts.store, tmp_path / "tables")
    with (tmp_path / "tables" / "turns.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["text"] for row in rows] == [f"'=answer {number} \u2603\nline two" for number in range(3)]
    assert {path.stem for path in (tmp_path / "tables").iterdir()} == set(EXPORTED)


@st.composite
def logs(draw: st.DrawFn) -> tuple[list[ReviewEvent], list[ReviewEvent]]:
    """One history of two machines, with what both have in common."""
    moments = draw(st.lists(st.integers(0, 10_000), unique=True, max_size=12).map(sorted))
    ours: list[ReviewEvent] = []
    theirs: list[ReviewEvent] = []
    for moment in moments:
        at = START + timedelta(minutes=moment)
        event = ReviewEvent(0, "review", f"q{moment % 3}", at, at.date(), moment % 6)
        for log in draw(st.sampled_from([(ours,), (theirs,), (ours, theirs)])):
            log.append(replace(event, id=2 * len(log) + 1))
    if theirs:
        target = draw(st.sampled_from(theirs))
        at = START + timedelta(minutes=20_000)
        undo = ReviewEvent(2 * len(theirs) + 1, "undo", target.question_id, at, at.date(), target_id=target.id)
        theirs.append(undo)
    return ours, theirs


@given(logs())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_merging_loses_doubles_and_misdirects_nothing(pair: tuple[list[ReviewEvent], list[ReviewEvent]]) -> None:
    ours, theirs = pair
    merged = merged_logs(ours, theirs)
    assert {(e.kind, e.at) for e in merged} == {(e.kind, e.at) for e in [*ours, *theirs]}
    assert len(merged) == len({(e.kind, e.at) for e in merged})
    assert [e.at for e in merged] == sorted(e.at for e in merged)
    before, after = {e.id: e for e in theirs}, {e.id: e for e in merged}
    for event in theirs:
        if event.target_id is not None:
            (found,) = [e for e in merged if e.at == event.at]
            assert found.target_id is not None
            assert after[found.target_id].at == before[event.target_id].at


def test_an_export_is_private_and_leaves_nothing_unfinished(home_named: Callable[[str], Home], tmp_path: Path) -> None:
    exported(home_named("one"), tmp_path / "out" / "export.jsonl")
    (file,) = (tmp_path / "out").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    assert json.loads(file.read_text("utf-8").splitlines()[0])["version"] == 1
