"""Looking up vectors costs the same in a large home as in a small one."""

from collections.abc import Callable

import pytest

from coach.models import Question
from coach.storage import Store
from coach.storage.passages import Passages, text_hash

MODEL = "model-a"
WANTED = 50
LOOK_UPS: dict[str, Callable[[Passages], object]] = {
    "views": lambda passages: passages.views(MODEL, [f"q{number}" for number in range(WANTED)]),
    "questions_of": lambda passages: passages.questions_of(MODEL, list(range(WANTED))),
}


def fill(store: Store, questions: range) -> None:
    with store.atomic():
        for number in questions:
            question = Question(f"q{number}", f"Question {number}?", "", "t")
            texts = [f"{number}a", f"{number}b"]
            store.passages.replace(question, "h", [("answer", "", text) for text in texts], "")
            store.passages.add_vectors(MODEL, [(text_hash(text), b"\0" * 16) for text in texts])


def steps(store: Store, look_up: Callable[[Passages], object]) -> int:
    """Instructions of SQLite's machine, in tens."""
    taken = 0

    def count() -> None:
        nonlocal taken
        taken += 1

    store.db.conn.set_progress_handler(count, 10)
    assert look_up(store.passages) is not None
    store.db.conn.set_progress_handler(None, 0)
    return taken


@pytest.mark.parametrize("name", LOOK_UPS)
def test_some_are_looked_up_without_walking_all(store: Store, name: str) -> None:
    fill(store, range(WANTED))
    before = steps(store, LOOK_UPS[name])
    fill(store, range(WANTED, 10 * WANTED))
    assert steps(store, LOOK_UPS[name]) < 2 * before
