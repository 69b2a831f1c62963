"""The kind of a question, told from its words alone, against the kinds that the shipped bank was given by hand."""

from coach.bank.classify import kind_of
from coach.bank.shipped import shipped_questions

BAR = 0.95


def test_kinds_are_told_from_the_words() -> None:
    questions = list(shipped_questions())
    told = {question.text: kind_of(question.text, "", question.answer, question.code_blocks) for question in questions}
    wrong = [question.text for question in questions if told[question.text] != question.kind]
    assert len(wrong) <= (1 - BAR) * len(questions), wrong


def test_a_section_that_names_a_kind_decides() -> None:
    asked = "What is a heap?"
    assert kind_of(asked) == "concept"
    assert kind_of(asked, "Coding and algorithms") == "coding"
    assert kind_of(asked, "Behavioural questions") == "behavioral"
    assert kind_of(asked, "ML system design") == "system_design"
