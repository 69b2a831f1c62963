"""Editing one question as text in the bank's own format."""

from dataclasses import replace

from coach.assemble import Parts
from coach.errors import BankError
from coach.models import Question


def as_text(question: Question) -> str:
    """The question as a file of the bank."""
    from coach.bank.markdown_format import render

    return render([question], question.section or question.topic, question.topic)


def save_text(parts: Parts, question: Question, text: str) -> Question:
    """Store what a person made of `as_text(question)`; history and schedule stay. Raises BankError naming the fault.

    Collection and source are the old question's; only the content is the person's.
    """
    from coach.bank.markdown_format import parse
    from coach.retrieval.indexing import update_passages

    parsed = parse(text, source=question.source, topic=question.topic, collection=question.collection)
    if len(parsed) != 1 or parsed[0].id != question.id:
        raise BankError(
            "The text has to hold this one question, with its line “id:” as it was.", "Nothing was changed; edit again."
        )
    fresh = replace(parsed[0], section=question.section)
    with parts.store.atomic():
        parts.store.questions.edit(fresh)
        update_passages(parts.store, parts.store.questions.live())
    return fresh
