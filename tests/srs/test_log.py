"""The log can be carried out and in, explained, and survives a kill at any moment."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from coach.assemble import Parts
from coach.config import load
from coach.errors import CoachError
from coach.histories import import_history
from coach.models import Question
from coach.paths import Paths
from coach.schedule import Schedule
from coach.srs import selftest
from coach.srs.events import replay
from coach.srs.export import from_anki, from_hashcards, with_kinds
from coach.srs.leeches import leech
from coach.srs.sm2_cards import Sm2Scheduler
from coach.storage import Store
from coach.storage.histories import anki_history, is_database

ROOT = Path(__file__).parents[2]


def test_the_shipped_vectors_pass():
    assert [(result.kind, result.failed) for result in selftest.run()] == [("sm2", ()), ("study_day", ())]


@pytest.fixture
def empty(schedule, tmp_path):
    store = Store(tmp_path / "other.db")
    yield Schedule(store, schedule.clock)
    store.close()


def test_export_import_export_is_the_same(schedule, empty, noon):
    rng = random.Random(8)
    for step in range(60):
        at = noon + timedelta(hours=7 * step)
        schedule.record(f"q{rng.randrange(6)}", rng.randrange(6), at, topic="t", seconds=rng.choice([None, 80, 91.5]))
        if step % 9 == 4:
            schedule.undo(at)
        if step % 13 == 5:
            schedule.override(f"q{rng.randrange(6)}", 5, at)
    lines = list(schedule.export_log())
    assert len(empty.import_log(lines)) == len(lines)
    assert list(empty.export_log()) == lines
    assert set(empty._store.reviews.cards()) == set(schedule._store.reviews.cards())
    with pytest.raises(CoachError, match="has a review history"):
        empty.import_log(lines)


@pytest.mark.parametrize("change", [{"grade": 7}, {"kind": "guess"}, {"at": "2026-01-01T10:00:00"}, {"colour": "red"}])
def test_a_faulty_line_imports_nothing_and_is_named(schedule, empty, noon, change):
    schedule.record("a", 4, noon)
    schedule.record("b", 4, noon)
    good, bad = schedule.export_log()
    with pytest.raises(CoachError, match="Line 2 of the log"):
        empty.import_log([good, json.dumps(json.loads(bad) | change)])
    assert list(empty.export_log()) == []


def test_an_explanation_names_every_step(schedule, noon):
    for grade, days in ((4, 0), (4, 1), (5, 7), (2, 23), (4, 23)):
        schedule.record("q", grade, noon + timedelta(days=days))
    reasons = [step.reason for step in schedule.explain("q")]
    assert reasons[2] == "6 days x easiness 2.60, rounded up: 16 days"
    assert "learnt anew" in reasons[3]
    assert "same day" in reasons[4]
    with pytest.raises(CoachError, match="no answer that counts"):
        schedule.explain("other")


def test_a_question_that_does_not_stick_is_flagged_with_a_proposal(schedule, noon):
    grades, card = [4, 4, 1] * 4, None
    for step, grade in enumerate(grades):
        assert leech(card) is None if card else True
        card = schedule.record("q", grade, noon + timedelta(days=step))
    assert card.lapses == 4
    assert leech(card, key_points=7).proposal == "split"
    assert "forgotten 4 times" in leech(card).why
    for step in range(12):
        hard = schedule.record("hard", 3, noon + timedelta(days=step))
    assert (hard.lapses, leech(hard, topic_weak=True).proposal) == (0, "prerequisite")


def test_answers_from_anki_and_hashcards_become_reviews(tmp_path, noon):
    path = tmp_path / "collection.anki2"
    with sqlite3.connect(path) as db:
        db.executescript(
            "create table notes (id integer, flds text); create table cards (id integer, nid integer);"
            "create table revlog (id integer, cid integer, ease integer, time integer);"
            "insert into notes values (7, 'What is <b>SGD</b>?' || char(31) || 'Steps.');"
            "insert into notes values (8, 'L1 &amp; L2: why<br>both??' || char(31) || 'Both.');"
            "insert into cards values (3, 7); insert into cards values (4, 8);"
        )
        first = int(noon.timestamp() * 1000)
        db.executemany("insert into revlog values (?, 3, ?, 9000)", [(first, 3), (first + 600_000, 1), (first + 1, 0)])
    assert is_database(path)
    fronts, rows = anki_history(path)
    assert fronts == {3: "What is <b>SGD</b>?", 4: "L1 &amp; L2: why<br>both??"}
    events = list(with_kinds(from_anki(rows, {3: "sgd"}, lambda at: at.date())))
    assert [(e.kind, e.grade, e.seconds) for e in events] == [("review", 4, 9.0), ("redrill", 1, 9.0)]
    rows = [{"hash": "h", "reviewedAt": "2026-03-02T10:00:00.5Z", "grade": "Easy"}]
    (event,) = with_kinds(from_hashcards(rows, {"h": "sgd"}, lambda at: at.date()))
    assert (event.grade, event.study_day) == (5, date(2026, 3, 2))
    with sqlite3.connect(path) as db:
        db.execute("insert into revlog values (?, 4, 4, 8000)", [first + 2])
    parts = Parts(load(Paths(tmp_path / "anki")))
    texts = {"sgd": "What is SGD?", "both": "L1 & L2: why both?"}
    parts.store.questions.save((Question(key, text, "A.", "t"), key, 0) for key, text in texts.items())
    assert import_history(parts, path).imported == 3, "fronts are HTML: tags and entities are resolved"
    assert {card.question_id for card in parts.store.reviews.live_cards()} == set(texts)


def test_a_log_imported_before_its_documents_waits_for_them(schedule, tmp_path, noon):
    for key in ("here", "missing", "missing"):
        schedule.record(key, 3, noon, topic="t")
    file = tmp_path / "log.jsonl"
    file.write_text("".join(f"{line}\n" for line in schedule.export_log()), "utf-8")
    parts = Parts(load(Paths(tmp_path / "fresh")))
    question = Question("here", "Here?", "Yes.", "t")
    parts.store.questions.save([(question, "", 0)])
    report = import_history(parts, file)
    assert (report.imported, report.unmatched) == (3, 2)
    reviews, tomorrow = parts.store.reviews, noon.date() + timedelta(days=1)
    assert [card.question_id for card in reviews.due(tomorrow)] == ["here"]
    assert [card.question_id for card in reviews.redrills(noon.date())] == ["here"]
    assert reviews.counts_by_due(tomorrow) == {tomorrow: 1}
    parts.store.questions.save([(replace(question, id="missing"), "", 1)])
    assert [card.question_id for card in reviews.due(tomorrow)] == ["here", "missing"]


WRITER = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo
from coach.clock import StudyClock
from coach.schedule import Schedule
from coach.storage import Store
schedule = Schedule(Store(Path(sys.argv[1])), StudyClock(ZoneInfo("UTC")))
begin, step = datetime(2026, 1, 1, 12, tzinfo=UTC), int(sys.argv[2])
while True:
    step += 1
    schedule.record(f"q{step % 5}", step % 6, begin + timedelta(hours=5 * step))
    print(step, flush=True)  # acknowledged
"""


def test_a_kill_loses_no_acknowledged_answer_and_leaves_log_and_cards_agreeing(tmp_path):
    path, rng, acknowledged = tmp_path / "coach.db", random.Random(6), 0
    for _ in range(6):
        command = [sys.executable, "-c", WRITER, str(path), str(acknowledged)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as process:
            for _ in range(rng.randrange(1, 9)):
                acknowledged = int(process.stdout.readline())
            os.kill(process.pid, signal.SIGKILL)
            acknowledged = int([str(acknowledged), *process.stdout.read().split()][-1])
        store = Store(path)
        events = list(store.reviews.events())
        assert acknowledged <= len(events) <= acknowledged + 1
        assert replay(events, Sm2Scheduler()) == {card.question_id: card for card in store.reviews.cards()}
        store.close()
        acknowledged = len(events)


def foreign(path: Path, answer: tuple[object, ...], front: object = "Why?") -> Path:
    """A collection.anki2 with one card and one answer (id, card, ease, time), whatever they are."""
    db = sqlite3.connect(path)
    for table, columns, row in (
        ("notes", "id, flds", (1, front)),
        ("cards", "id, nid", (1, 1)),
        ("revlog", "id, cid, ease, time", answer),
    ):
        db.execute(f"create table {table} ({columns})")
        db.execute(f"insert into {table} values ({', '.join('?' * len(row))})", row)
    db.commit()
    db.close()
    return path


CARD = '{"hash": "a", "content": {"basic": {"question": "Why?"}}}'
NO_HISTORIES = {
    "other bytes": b"\xff\xfe\x00",
    "nothing": b"",
    "a broken database": b"SQLite format 3\x00" + b"x" * 2000,
    "deeply nested": b"[" * 100_000,
    "numbers for cards": b'{"cards": [1], "sessions": []}',
    "a list for content": b'{"cards": [{"hash": "a", "content": []}], "sessions": []}',
    "no instant": f'{{"cards": [{CARD}], "sessions": [{{"reviews": [{{"hash": "a", "grade": "good", '
    f'"reviewedAt": "never"}}]}}]}}'.encode(),
}
ANKI_ANSWERS = {
    "far future": (2**62, 1, 3, 5),
    "far past": (-(2**62), 1, 3, 5),
    "text for an instant": ("abc", 1, 3, 5),
    "no time": (1, 1, 3, None),
}


@pytest.fixture
def parts(store: Store) -> Parts:
    store.questions.save([(Question("q", "Why?", "Because.", "logic"), "hash", 0)])
    return Parts(load(Paths(store.path.parent)))


@pytest.mark.parametrize("name", [*NO_HISTORIES, *ANKI_ANSWERS, "bytes for a front"])
def test_what_is_no_history_is_told_in_words(parts: Parts, tmp_path: Path, name: str) -> None:
    file = tmp_path / "history"
    if name in NO_HISTORIES:
        file.write_bytes(NO_HISTORIES[name])
    elif name in ANKI_ANSWERS:
        foreign(file, ANKI_ANSWERS[name])
    else:
        foreign(file, (1_700_000_000_000, 1, 3, 5), b"\xff\xfe")
    with pytest.raises(CoachError):
        import_history(parts, file)
    assert parts.store.reviews.newest(1) == []


BAD_BASELINES = ("", "[]", '{"n": "1", "interval": 1, "ef": 250, "due": ""}')
BAD_VALUES = [
    {"seconds": "long"},
    {"target_id": "1"},
    {"id": 2**63},
    {"topic": "\ud800"},
    {"zone": None},
    {"recall": []},
    *({"kind": "baseline", "data": data} for data in BAD_BASELINES),
]


@pytest.mark.parametrize("change", BAD_VALUES)
def test_a_value_that_its_column_cannot_hold_is_named(empty, schedule, noon, change):
    schedule.record("a", 4, noon)
    (line,) = schedule.export_log()
    with pytest.raises(CoachError, match="Line 1 of the log cannot be read"):
        empty.import_log([json.dumps(json.loads(line) | change)])
