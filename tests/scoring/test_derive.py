from coach.ports import Embedder
from coach.scoring.derive import FEWEST_WORDS, MOST_POINTS, points_of, statements

ANSWER = """## Overview
Batch normalisation standardises every feature over the mini-batch. It then applies a learned scale and shift.

- At test time running averages replace the statistics of the batch.
- For example, small batches make these statistics noisy; layer normalisation avoids that.

```python
x = (x - x.mean(0)) / x.std(0)
```
Note that the order of normalisation and activation is debated, and both orders are used in practice today by many.
"""


def test_statements_stand_on_their_own() -> None:
    found = statements(ANSWER)
    assert found[0].startswith("Batch normalisation standardises")
    assert "It then applies" in found[0]  # "It" would hang in the air
    assert any(s.startswith("Layer normalisation avoids") or s.startswith("Small batches") for s in found)
    assert all(len(s.split()) >= FEWEST_WORDS for s in found)


def test_code_headings_and_fillers_are_left_out() -> None:
    text = " ".join(statements(ANSWER))
    assert "mean(0)" not in text
    assert "Overview" not in text
    assert "Note that" not in text
    assert "For example" not in text


def test_points_are_few_weighted_and_marked(encoder: Embedder) -> None:
    points = points_of(ANSWER, encoder)
    assert 3 <= len(points) <= MOST_POINTS
    assert {p.weight for p in points} == {1, 2, 3}
    assert all(p.derived for p in points)


def test_a_short_model_answer_is_one_point(encoder: Embedder) -> None:
    assert [p.text for p in points_of("The water evaporated and left the salt.", encoder)] == [
        "The water evaporated and left the salt."
    ]


def test_nothing_gives_nothing(encoder: Embedder) -> None:
    assert points_of("  \n", encoder) == ()
