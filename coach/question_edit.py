"""Editing one question as text in the bank's own format."""

from dataclasses import replace

from coach.assemble import Parts
from coach.errors import BankError
from coach.models import Question


def as_text(question: Question) -> str:
    """The question as a file of the bank."""
    from coach.bank.markdown_render import render

    title = question.section or question.topic
    return render([replace(question, section=title)], title, question.topic)


def from_text(question: Question, text: str) -> Question:
    """What a person made of `as_text(question)`. Identity and origin are the old question's. Raises BankError."""
    from coach.bank.markdown_format import parse

    parsed = parse(text, source=question.source, topic=question.topic, collection=question.collection)
    if len(parsed) != 1 or parsed[0].id != question.id:
        raise BankError(
            "The text has to hold this one question, with its line “id:” as it was.", "Nothing was changed; edit again."
        )
    return replace(parsed[0], section=question.section, duplicate_of=question.duplicate_of)


def save_text(parts: Parts, question: Question, text: str) -> Question:
    """Store what a person made of `as_text(question)`; history and schedule stay. Raises BankError naming the fault.

    The edit stands until the question's source says something new about it.
    """
    from coach.retrieval.indexing import update_passages

    fresh = from_text(question, text)
    with parts.store.atomic():
        parts.store.questions.edit(fresh)
        update_passages(parts.store, [fresh], complete=False)
    return fresh
