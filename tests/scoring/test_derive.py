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


def test_code_in_a_sentence_keeps_its_signs() -> None:
    text = "Set `num_workers` and use torch.no_grad(), the *cost* is O(n*m) or 2**n, and `__init__` is **not** called."
    (found,) = statements(text)
    assert found == "Set num_workers and use torch.no_grad(), the cost is O(n*m) or 2**n, and __init__ is not called."


def test_code_headings_and_fillers_are_left_out() -> None:
    text = " ".join(statements(ANSWER))
    assert "mean(0)" not in text
    assert "Overview" not in text
    assert "Note that" not in text
    assert "For example" not in text


def test_only_clauses_that_stand_alone_are_cut_off() -> None:
    cut = statements(
        "Weak points: it learns offline from a fixed set of pairs; it widens the margin while the likelihood may fall. "
        "When the table is nearly full, every lookup walks long chains, and the cost of one operation grows with them. "
        "The optimiser keeps a running mean of the gradients and of their squares, corrects both for their start at "
        "zero, and divides one by the root of the other, and the result is a step of nearly constant length."
    )
    assert cut == [
        "Weak points: it learns offline from a fixed set of pairs.",
        "Weak points: it widens the margin while the likelihood may fall.",
        "When the table is nearly full, every lookup walks long chains, and the cost of one operation grows with them.",
        "The optimiser keeps a running mean of the gradients and of their squares, corrects both for their start at "
        "zero, and divides one by the root of the other.",
        "The result is a step of nearly constant length.",
    ]


def test_short_neighbours_are_joined_before_anything_is_dropped(encoder: Embedder) -> None:
    answer = (
        "Weigh the flour on a scale. Salt slows the yeast down. Kneading stretches the gluten. Steam keeps the crust "
        "soft. Sugar makes the colour darker.\n\nA cold oven ruins every loaf of bread."
    )
    points = points_of(answer, encoder, most=4)
    assert len(points) == 4
    together = " ".join(point.text for point in points)
    assert all(word in together for word in ("scale", "yeast", "gluten", "crust", "colour", "oven"))
    assert points[-1].text == "A cold oven ruins every loaf of bread.", "paragraphs stay apart"


def test_a_sample_story_gives_what_any_story_tells(encoder: Embedder) -> None:
    story = (
        "Our nightly training job failed every week and the team lost a day each time. I asked the operators what they "
        "saw, wrote a small monitor, and found that a disk filled up. I moved the logs elsewhere and told everybody. "
        "Since then it has failed once in ten months, and I learned to look at the machines first."
    )
    points = points_of(story, encoder)
    assert any("result" in point.text for point in points if point.weight == 3)
    assert not any("disk" in point.text for point in points), "another candidate's story has no disk in it"


def test_points_are_few_weighted_and_marked(encoder: Embedder) -> None:
    points = points_of(ANSWER, encoder)
    assert 3 <= len(points) <= MOST_POINTS
    assert {p.weight for p in points} == {1, 2, 3}
    assert all(p.derived for p in points)


def test_a_short_model_answer_is_one_point(encoder: Embedder) -> None:
    assert [p.text for p in points_of("The water evaporated and left the salt.", encoder)] == [
        "The water evaporated and left the salt."
    ]


def test_a_short_list_is_no_single_point_and_short_code_is_left_out(encoder: Embedder) -> None:
    listed = "Remedies:\n- collect more training data\n- use dropout or weight decay\n- stop training early enough"
    assert [point.text for point in points_of(listed, encoder)] == [
        "Collect more training data",
        "Use dropout or weight decay",
        "Stop training early enough",
    ]
    code = "```python\ndef relu(x):\n    return max(0, x)\n```"
    assert [point.text for point in points_of(f"ReLU returns max(0, x).\n{code}", encoder)] == [
        "ReLU returns max(0, x)."
    ]
    assert [point.text for point in points_of(code, encoder)] == ["def relu(x): return max(0, x)"]


def test_nothing_gives_nothing(encoder: Embedder) -> None:
    assert points_of("  \n", encoder) == ()
