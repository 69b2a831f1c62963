import pytest

from coach.dialogue.hints import hint, with_gaps
from coach.dialogue.wording import (
    acknowledge,
    challenge,
    fault_of_acknowledgement,
    fault_of_follow_up,
    neutral_follow_up,
    shorten,
)
from coach.models import KeyPoint, Question

POINT = KeyPoint("The velocity is an exponentially decaying sum of past gradients.", 3)
QUESTION = Question("momentum", "What does momentum change about gradient descent?", "", "optimisation")
KNOWN = f"{QUESTION.text} It makes steps smoother and remembers the direction."


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("What is remembered from one step to the next?", None),
        ("What is remembered? And for how long?", "not exactly one question"),
        ("Think about memory. What is remembered from one step to the next?", "more than one sentence"),
        ("Remembered how?", "2 words"),
        ("Is the velocity an exponentially decaying sum of past gradients?", "gives the point away"),
        ("Where do cats sleep during summer holidays?", "about something else"),
        ("Tell me about the memory of gradient descent.", "not exactly one question"),
    ],
)
def test_a_generated_follow_up_is_checked(text: str, fault: str | None) -> None:
    assert fault_of_follow_up(text, POINT.text, KNOWN) == fault


def test_the_same_question_is_not_asked_twice() -> None:
    earlier = ["What is remembered from one step to the next?"]
    assert fault_of_follow_up("And what is remembered from step to step?", POINT.text, KNOWN, earlier) == "asked before"


def test_a_neutral_follow_up_names_only_what_was_said() -> None:
    text = neutral_follow_up(QUESTION, POINT, KNOWN).text
    assert text.endswith("?")
    assert "velocity" not in text
    assert "decaying" not in text


def test_a_challenge_quotes_the_candidate_on_one_line() -> None:
    assert challenge("it lowers\nthe rate", "What follows?") == "You said “it lowers the rate”. What follows?"


def test_no_praise_without_ground() -> None:
    assert "Right" not in acknowledge([], None).text
    assert "smoother" in acknowledge([POINT], "steps get smoother").text


def test_three_acknowledgements_in_a_row_are_not_the_same_sentence() -> None:
    said: list[str] = []
    for _ in range(3):
        said.append(acknowledge([], None, said).text)
    assert len(set(said)) == 3
    assert acknowledge([], None, said).text in said, "a longer conversation may repeat the last one"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("You described how momentum remembers past directions.", None),
        ("You described how momentum remembers past directions. Great!", "not one statement"),
        ("Excellent, momentum remembers the direction well.", "gives a verdict"),
        ("The sky is very blue today.", "not about what was said"),
    ],
)
def test_a_generated_acknowledgement_is_checked(text: str, fault: str | None) -> None:
    covered = "Momentum remembers past directions."
    assert fault_of_acknowledgement(text, covered, "momentum remembers the past directions of descent") == fault


def test_hints_grow_from_a_question_to_the_point_itself() -> None:
    point = KeyPoint(POINT.text, 3, "What is kept between steps?")
    assert hint(point, "", 1) == "What is kept between steps?"
    assert "v·······" in hint(point, "", 2)
    assert hint(point, "", 3) == point.text
    with pytest.raises(ValueError, match="hints are numbered"):
        hint(point, "", 4)


def test_what_was_said_stays_readable_in_a_hint() -> None:
    assert with_gaps("velocity decays", "the velocity") == "velocity d·····"


def test_a_long_quote_ends_with_a_sentence_where_it_can() -> None:
    text = "Gradient descent steps against the gradient. The learning rate decides how long each of the steps is."
    assert shorten(text, 70) == "Gradient descent steps against the gradient."
    assert shorten(text, 40) == "Gradient descent steps against the…"
    assert shorten("  two\n words ", 40) == "two words"
