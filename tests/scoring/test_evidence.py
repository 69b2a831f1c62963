import json
from importlib.resources import files

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from coach.canonical import fold
from coach.models import Kind, Span
from coach.ports import Embedder
from coach.scoring.evidence import FEATURES, LONGEST_QUOTE, best_stretches, features, is_true_quote, quotable, span_of
from coach.scoring.semantic import view
from coach.scoring.units import Unit, cut, windows

TYPED = "First, SHUFFLE the data.\n\nThen the Learning-Rate is  decayed by 10 after epoch 30.  Done!"


def quoted(encoder: Embedder, typed: str, points: list[str], kind: Kind = "concept") -> list[str]:
    """The quote for each point."""
    seen = view(encoder, "What happens during training?", typed, points, kind)
    stretches = best_stretches(seen, "What happens during training?", points, kind)
    return [span_of(typed, seen.folded, *stretch).text for stretch in stretches]


def test_each_point_gets_the_piece_that_speaks_to_it(encoder: Embedder) -> None:
    points = ["The learning rate decays by 10 after epoch 30.", "The examples are shuffled first."]
    rate, order = quoted(encoder, TYPED, points)
    assert "decayed by 10 after epoch 30." in rate
    assert "SHUFFLE the data" in order
    assert all(
        is_true_quote(Span(TYPED.index(text), TYPED.index(text) + len(text), text), TYPED) for text in (rate, order)
    )


def test_the_piece_that_is_near_to_every_point_is_no_evidence_for_one(encoder: Embedder) -> None:
    general = "Batch norm and layer norm both normalise the activations of a layer"
    typed = f"{general}, as everybody knows. Batch norm over the examples of a batch. Layer norm inside of one example."
    points = ["Batch norm normalises over the examples of the batch.", "Layer norm normalises within one example."]
    for text, wanted in zip(quoted(encoder, typed, points), ("of a batch", "inside of one"), strict=True):
        assert wanted in text


def test_a_quote_grows_over_neighbours_only_where_the_best_piece_is_in_doubt() -> None:
    units = [Unit(0, 80, ""), Unit(81, 160, ""), Unit(161, 240, ""), Unit(241, 320, "")]
    sure, torn, apart = [0.0, 9.0, 0.0, 0.0], [0.0, 9.0, 9.0, 0.0], [9.0, 0.0, 0.0, 7.0]
    assert quotable(np.array([sure, torn, apart]), units) == [(81, 160), (81, 240), (0, 80)]


def test_no_quote_grows_beyond_its_longest() -> None:
    units = [Unit(start, start + 190, "") for start in range(0, 1000, 191)] + [Unit(1200, 1900, "")]
    torn, endless = np.zeros(7), np.zeros(7)
    torn[1:5], endless[6] = 9.0, 9.0
    found = quotable(np.array([torn, endless]), units)
    assert found[0][1] - found[0][0] <= LONGEST_QUOTE
    assert found[1] == (1200, 1900)  # one piece without end; `span_of` cuts it at a word


def test_a_story_is_quoted_in_its_order(encoder: Embedder) -> None:
    parts = ["It was about our service and the team had trouble.", "I talked to the team about the service for long."]
    typed = " ".join(
        [*parts, "Nothing else mattered to anybody there at all.", "The team had trouble, but less of it."]
    )
    points = [
        "Describes the situation.",
        "Describes own action.",
        "Tells what followed.",
        "Describes the situation later.",
    ]
    found = quoted(encoder, typed, points, "behavioral")
    assert [typed.index(text) for text in found] == sorted(typed.index(text) for text in found)


def test_a_reply_on_one_point_has_no_order(encoder: Embedder) -> None:
    points = ["Tells the result.", "Tells what was learned."]
    for count in (1, 2):
        seen = view(
            encoder, "How did it end?", "It was a long year. In the end the errors fell by half.", points[:count]
        )
        columns = features(seen, "How did it end?", points[:count], "behavioral")
        assert columns[..., FEATURES.index("order_story")].any() == (count > 1)


@given(st.text(min_size=1, max_size=900), st.randoms(use_true_random=False))
def test_every_unit_can_be_quoted_as_typed(typed: str, rng: object) -> None:
    folded = fold(typed)
    units = cut(folded.text)
    for unit in [*units, *windows(folded.text, units)]:
        span = span_of(typed, folded, unit.start, unit.end)
        assert is_true_quote(span, typed)
        assert len(span.text) <= LONGEST_QUOTE


def test_no_words_no_quote(encoder: Embedder) -> None:
    assert quoted(encoder, "", ["anything"]) == []


def test_the_weights_belong_to_the_features() -> None:
    record = json.loads(files("coach.scoring").joinpath("weights", "evidence.json").read_text(encoding="utf-8"))
    assert tuple(record) == FEATURES
    assert record["cosine"] > 0 > record["cosine_others"]
    assert record["order_story"] < 0
