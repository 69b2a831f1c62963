import sqlite3
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from coach.anki import export_apkg
from coach.clock import study_clock
from coach.config import Study
from coach.ingest import ingest
from coach.models import KeyPoint, Question
from coach.schedule import Schedule
from coach.storage import Store

START = datetime(2026, 1, 5, 12, tzinfo=UTC)
QUESTIONS = [
    Question(
        f"q{number}",
        f"When is {number} < x & <b>why</b>?",
        "First line.\n\nif a < b:\n    print('c')",
        "logic",
        key_points=(KeyPoint("a < b", 3),),
        tags=("two words",),
    )
    for number in range(3)
]


def test_notes_and_answers_come_back_as_they_left(store: Store, tmp_path: Path) -> None:
    store.questions.save([(question, "hash", at) for at, question in enumerate(QUESTIONS)])
    schedule = Schedule(store, study_clock(Study()))
    grades = [4, 0, 3, 5]
    for number, grade in enumerate(grades):
        schedule.record("q1", grade, START + timedelta(days=number), topic="logic", seconds=20)
    package = tmp_path / "deck.apkg"
    assert export_apkg(store, package, START + timedelta(days=5)) == (3, 4)

    other = Store(tmp_path / "other" / "coach.db")
    taken: list[tuple[str, datetime, int]] = []
    report = ingest(
        other,
        [package],
        "anki",
        embedder=None,
        derive=lambda answer, _embedder: (),
        record=lambda question, review: taken.append((question.text, review.at, review.grade)),
    )
    assert (report.new, report.skipped) == (3, [])
    found = {question.external_id: question for question in other.questions.live()}
    assert {key: question.text for key, question in found.items()} == {q.id: q.text for q in QUESTIONS}
    assert "if a < b:" in found["q0"].answer
    assert "two-words" in found["q0"].tags
    assert [(at, grade) for _, at, grade in taken] == [
        (START + timedelta(days=number), {0: 1, 3: 3, 4: 4, 5: 5}[grade]) for number, grade in enumerate(grades)
    ]


def test_anki_sees_the_same_due_date_and_easiness(store: Store, tmp_path: Path) -> None:
    store.questions.save([(question, "hash", at) for at, question in enumerate(QUESTIONS)])
    schedule = Schedule(store, study_clock(Study()))
    schedule.record("q1", 4, START, topic="logic")
    card = schedule.record("q1", 5, START + timedelta(days=1), topic="logic")
    package = tmp_path / "deck.apkg"
    export_apkg(store, package, START)
    with zipfile.ZipFile(package) as archive:
        archive.extract("collection.anki2", tmp_path)
    db = sqlite3.connect(tmp_path / "collection.anki2")
    created = datetime.fromtimestamp(db.execute("select crt from col").fetchone()[0], UTC).date()
    query = "select c.due, c.factor, c.ivl, c.type from cards c join notes n on n.id = c.nid where n.guid = ?"
    (row,) = db.execute(query, ["q1"]).fetchall()
    assert (created + timedelta(days=row[0]), row[1], row[2], row[3]) == (
        card.due,
        card.ef_hundredths * 10,
        card.interval_days,
        2,
    )
    assert db.execute(query, ["q0"]).fetchone()[3] == 0  # new in Anki too
    db.close()


def test_anki_gets_the_answers_that_count_with_the_grades_that_hold(store: Store, tmp_path: Path) -> None:
    store.questions.save([(question, "hash", at) for at, question in enumerate(QUESTIONS)])
    schedule = Schedule(store, study_clock(Study()))
    schedule.record("q0", 5, START, topic="logic")
    schedule.override("q0", 3, START)
    schedule.record("q1", 5, START + timedelta(minutes=1), topic="logic")
    schedule.undo(START + timedelta(minutes=2))
    package = tmp_path / "deck.apkg"
    assert export_apkg(store, package, START) == (3, 1)
    with zipfile.ZipFile(package) as archive:
        archive.extract("collection.anki2", tmp_path)
    db = sqlite3.connect(tmp_path / "collection.anki2")
    query = "select n.guid, r.ease from revlog r join cards c on c.id = r.cid join notes n on n.id = c.nid"
    assert db.execute(query).fetchall() == [("q0", 2)]
    db.close()


def test_a_second_export_updates_the_same_notes_and_decks(store: Store, tmp_path: Path) -> None:
    store.questions.save([(question, "hash", at) for at, question in enumerate(QUESTIONS)])
    seen = []
    for name in ("one", "two"):
        export_apkg(store, tmp_path / name / "deck.apkg", START)
        with zipfile.ZipFile(tmp_path / name / "deck.apkg") as archive:
            archive.extract("collection.anki2", tmp_path / name)
        db = sqlite3.connect(tmp_path / name / "collection.anki2")
        seen.append(db.execute("select guid, did from notes join cards on nid = notes.id order by guid").fetchall())
        db.close()
    assert seen[0] == seen[1]
