"""A home gets the shipped bank once, keeps a person's edits, and retires what left the bank."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

import coach.shipped_bank
from coach.bank.shipped import shipped_questions
from coach.clock import StudyClock
from coach.schedule import Schedule
from coach.shipped_bank import ensure_shipped_bank
from coach.storage import Store

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_a_fresh_home_gets_every_question_once(store: Store) -> None:
    assert ensure_shipped_bank(store)
    assert not ensure_shipped_bank(store)
    live = store.questions.live()
    assert live == shipped_questions()
    assert all(question.source.startswith("corpus/") for question in live)


def test_a_new_bank_changes_adds_and_retires_but_keeps_edits(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    ensure_shipped_bank(store)
    first, second, third, *rest = shipped_questions()
    edited = replace(third, answer="My own words.")
    store.questions.edit(edited)
    reworded = replace(second, answer="Better.")
    added = replace(first, id="brand-new", text="Something new?")
    monkeypatch.setattr(coach.shipped_bank, "shipped_state", lambda: "another")
    monkeypatch.setattr(coach.shipped_bank, "shipped_questions", lambda: [reworded, third, added, *rest])

    assert ensure_shipped_bank(store)

    assert store.questions.live()[:3] == [reworded, edited, added]
    assert store.questions.get(first.id) == first, "retired questions stay readable, their reviews refer to them"
    assert [stored.question.id for stored in store.questions.stored("bank") if stored.retired] == [first.id]


def test_a_new_bank_leaves_an_imported_question_its_text_and_history(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure_shipped_bank(store)
    first, *rest = shipped_questions()
    schedule = Schedule(store, StudyClock(ZoneInfo("UTC")))
    own = replace(first, id="mine", text="My own?", collection="My notes", source="notes.md")
    repeating = replace(own, id="copy", text="My own!", duplicate_of="mine")
    of_the_bank = replace(own, id="other", text="As in the bank?", duplicate_of=first.id)
    store.questions.save([(question, "", at) for at, question in enumerate((own, repeating, of_the_bank))])
    schedule.record("mine", 4, NOW)
    attempt = store.attempts.start("mine", NOW)
    session = store.attempts.start_session("practice", ["mine"], NOW, {})
    added = replace(first, id="mine", text="What the bank asks?")
    monkeypatch.setattr(coach.shipped_bank, "shipped_state", lambda: "another")
    monkeypatch.setattr(coach.shipped_bank, "shipped_questions", lambda: [added, *rest])

    assert ensure_shipped_bank(store)

    assert store.questions.get("mine") == added
    moved = replace(own, id="my-notes/mine")
    repeating, of_the_bank = replace(repeating, duplicate_of=moved.id), replace(of_the_bank, duplicate_of=None)
    assert store.questions.live("My notes") == [moved, repeating, of_the_bank]
    assert [event.question_id for event in store.reviews.events()] == [moved.id]
    assert [card.question_id for card in store.reviews.cards()] == [moved.id]
    assert store.attempts.get(attempt).question_id == moved.id
    assert store.attempts.session(session)["queue"] == [moved.id]
