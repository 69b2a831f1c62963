"""A home gets the shipped bank once, keeps a person's edits, and retires what left the bank."""

from dataclasses import replace

import pytest

import coach.shipped_bank
from coach.bank.shipped import shipped_questions
from coach.shipped_bank import ensure_shipped_bank
from coach.storage import Store


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
