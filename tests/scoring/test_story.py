import pytest

from coach.scoring import story

TOLD = (
    "last year our eta model went bad in one city, a deadline was near for my team. i pulled 400 trips, then i put "
    "them on a map and i asked the provider. "
    "the error dropped from 11 to 4 minutes, 60 % less. since then i check the map first."
)
BARE = "eta models go bad when roads change, one should look at a map."


@pytest.mark.parametrize(
    ("point", "part"),
    [
        ("describes a specific situation with context and stakes.", "situation"),
        ("makes the candidate's own responsibility clear.", "action"),
        ("gives the outcome with measurable results.", "result"),
        ("reflects on what was learned.", "lesson"),
        ("compares several possible solutions.", ""),
        ("explains the machine learning model.", ""),
    ],
)
def test_a_point_asks_for_one_part_or_none(point: str, part: str) -> None:
    assert story.asked_part(point) == part


@pytest.mark.parametrize("part", story.PARTS)
def test_a_story_tells_its_parts_and_a_rule_does_not(part: str) -> None:
    assert story.told(part, TOLD) > 0.3
    assert story.told(part, TOLD) > story.told(part, BARE)


def test_needs_are_no_actions() -> None:
    assert story.told("action", "before i pick a database i need to know the writes; i need a tree, i feed it") == 0.0


def test_no_part_is_not_told() -> None:
    assert story.told("", TOLD) == 0.0
