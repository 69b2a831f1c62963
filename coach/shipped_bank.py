"""Every home holds the bank that comes with the coach."""

from coach.bank.shipped import COLLECTION, shipped_folder, shipped_questions, shipped_state
from coach.storage import Store
from coach.storage.questions import source_hash


def ensure_shipped_bank(store: Store) -> bool:
    """Bring the shipped questions into this home unless the very same bank is there already; True if it did.

    Needs no model; takes milliseconds when nothing changed. Questions that left the bank are retired, edits by the
    person stand until the bank says something new about that question.
    """
    state = shipped_state()
    if store.questions.collection_state(COLLECTION) == state:
        return False
    questions = [(question, source_hash(question)) for question in shipped_questions()]
    with store.atomic():
        store.questions.note_import(COLLECTION, str(shipped_folder()), state)  # a write first: takes the lock
        known = {stored.question.id: stored for stored in store.questions.stored(COLLECTION)}
        hashes = {key: stored.source_hash for key, stored in known.items()}
        numbered = [(question, hashed, at) for at, (question, hashed) in enumerate(questions)]
        store.questions.save(entry for entry in numbered if hashes.get(entry[0].id) != entry[1])
        store.questions.move({q.id: (at, q.source) for q, hashed, at in numbered if hashes.get(q.id) == hashed})
        kept = {question.id for question, _ in questions}
        store.questions.retire([key for key, stored in known.items() if key not in kept and not stored.retired])
    return True
