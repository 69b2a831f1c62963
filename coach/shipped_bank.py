"""Every home holds the bank that comes with the coach."""

from collections.abc import Iterable, Mapping
from itertools import chain, count

from coach.bank.shipped import COLLECTION, shipped_folder, shipped_questions, shipped_state
from coach.bank.text import slug
from coach.storage import Store
from coach.storage.questions import source_hash


def ensure_shipped_bank(store: Store) -> bool:
    """Bring the shipped questions into this home unless the very same bank is there already; True if it did.

    Needs no model; takes milliseconds when nothing changed. Questions that left the bank are retired, edits by the
    person stand until the bank says something new about that question. An imported question that has the id of one of
    the bank's moves, with its history, to an id of its collection.
    """
    state = shipped_state()
    if store.questions.collection_state(COLLECTION) == state:
        return False
    questions = [(question, source_hash(question)) for question in shipped_questions()]
    with store.atomic():
        store.questions.note_import(COLLECTION, str(shipped_folder()), state)  # a write first: takes the lock
        for key, other in _own_ids(store.questions.ids(), [question.id for question, _ in questions]).items():
            store.questions.rename(key, other)
        known = {stored.question.id: stored for stored in store.questions.stored(COLLECTION)}
        hashes = {key: stored.source_hash for key, stored in known.items()}
        numbered = [(question, hashed, at) for at, (question, hashed) in enumerate(questions)]
        store.questions.save(entry for entry in numbered if hashes.get(entry[0].id) != entry[1])
        store.questions.move({q.id: (at, q.source) for q, hashed, at in numbered if hashes.get(q.id) == hashed})
        kept = {question.id for question, _ in questions}
        gone = {key for key, stored in known.items() if key not in kept and not stored.retired}
        store.questions.retire(sorted(gone))
        store.questions.link({q.id: None for q in store.questions.live() if q.duplicate_of in gone})
    return True


def _own_ids(collections: Mapping[str, str], shipped: Iterable[str]) -> dict[str, str]:
    """New ids for questions of other collections that hold an id of the bank. collections: of every question, by id."""
    found: dict[str, str] = {}
    for key in shipped:
        if (name := collections.get(key, COLLECTION)) != COLLECTION:
            stem = f"{slug(name) or 'imported'}/{key}"
            numbered = chain([stem], (f"{stem}-{number}" for number in count(2)))
            found[key] = next(own for own in numbered if own not in collections)
    return found
