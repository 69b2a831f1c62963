"""A document of a hundred thousand questions is read and compared with its last version, not pair by pair."""

from dataclasses import replace

from coach.bank.importer import Document, Known, plan
from coach.bank.readers import reader_for
from coach.models import Question

COUNT, EDITED, GONE = 100_000, 100, 50


def test_a_hundred_thousand_questions_are_read_and_told_apart_after_edits() -> None:
    cards = (
        f"Q: What does part {at} of shelf {at % 97} hold?\nA: Box {at} holds {at % 13} screws.\n" for at in range(COUNT)
    )
    text = "\n".join(cards)
    reader = reader_for(text)
    assert reader is not None
    drafts = reader.read(text, "shelf.txt").drafts
    first = plan([Document("shelf.txt", tuple(drafts))], [], "shelf", taken=(), vanished=())
    assert (len(first.new), len({entry.id for entry in first.new})) == (COUNT, COUNT)

    known = [
        Known(Question(entry.id, entry.draft.text, entry.draft.answer, "t", source="shelf.txt"), entry.source_hash)
        for entry in first.new
    ]
    edited = {at: replace(drafts[at], text=drafts[at].text.replace("hold", "contain")) for at in range(0, COUNT, 1000)}
    later = [edited.get(at, draft) for at, draft in enumerate(drafts[:-GONE])]
    again = plan(
        [Document("shelf.txt", tuple(later))],
        known,
        "shelf",
        taken={entry.question.id for entry in known},
        vanished=(),
    )
    assert {entry.id for entry in again.changed} == {known[at].question.id for at in edited}
    assert (len(again.changed), len(again.gone)) == (EDITED, GONE)
    assert (len(again.new), len(again.unchanged)) == (0, COUNT - EDITED - GONE)
