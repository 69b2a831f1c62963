"""Queries in the middle of a conversation."""

from coach.retrieval.rewrite import LONGEST_WORDS, rewritten, rewritten_by

QUESTION, POINT = "Why do gradients vanish?", "Residual connections keep a path with derivative one."


def test_the_missed_point_stands_first():
    assert rewritten(QUESTION, POINT) == f"{POINT} {QUESTION}"
    assert rewritten(QUESTION) == QUESTION


def test_only_terms_of_the_field_are_taken_from_the_answer():
    query = rewritten(QUESTION, "", "Well, my grandmother said that dropout and an LSTM would surely help.")
    assert query == f"{QUESTION} dropout LSTM"


def test_beside_a_point_the_answer_adds_nothing():
    assert rewritten(QUESTION, POINT, "Dropout and an LSTM.") == rewritten(QUESTION, POINT)


def test_terms_that_the_question_has_are_not_repeated():
    assert rewritten("What is dropout?", "", "Dropout drops units.") == "What is dropout?"


def test_a_query_stays_short():
    assert len(rewritten(QUESTION, "word " * 500).split()) == LONGEST_WORDS


def test_a_models_query_is_used_when_it_is_one():
    seen = []
    query = rewritten_by(
        lambda prompt: seen.append(prompt) or ' "identity path of residual blocks"\n', QUESTION, POINT, "No idea."
    )
    assert query == "identity path of residual blocks"
    assert POINT in seen[0]
    assert "No idea." in seen[0]


def test_anything_else_from_a_model_gives_the_rules():
    expected = rewritten(QUESTION, POINT)
    for reply in ("", "   ", "1. first\n2. second", "bananas", "gradients " * 100):
        assert rewritten_by(lambda prompt, reply=reply: reply, QUESTION, POINT) == expected
