import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from coach.canonical import canonical, fold
from coach.scoring.evidence import LONGEST_QUOTE, is_true_quote, quote, span_of
from coach.scoring.units import cut, windows

TYPED = "First, SHUFFLE the data.\n\nThen the Learning-Rate is  decayed by 10 after epoch 30.  Done!"


def test_the_quote_is_the_unit_that_shares_words_and_numbers() -> None:
    folded = fold(TYPED)
    units = cut(folded.text)
    point = canonical("The learning rate decays at epoch 30")
    span = quote(TYPED, folded, units, np.zeros(len(units), np.float32), point)
    assert span is not None
    assert "decayed by 10 after epoch 30." in span.text
    assert is_true_quote(span, TYPED)


@given(st.text(min_size=1, max_size=900), st.randoms(use_true_random=False))
def test_every_unit_can_be_quoted_as_typed(typed: str, rng: object) -> None:
    folded = fold(typed)
    units = cut(folded.text)
    for unit in [*units, *windows(folded.text, units)]:
        span = span_of(typed, folded, unit.start, unit.end)
        assert is_true_quote(span, typed)
        assert len(span.text) <= LONGEST_QUOTE


def test_no_words_no_quote() -> None:
    assert quote("", fold(""), [], np.zeros(0, np.float32), "anything") is None


def test_an_announcement_is_no_evidence() -> None:
    typed = "The batch norm result: it degrades with small batches of four images. Batch norm is batch norm everywhere."
    folded = fold(typed)
    units = cut(folded.text)
    units = [*units, *windows(folded.text, units)]
    span = quote(typed, folded, units, np.zeros(len(units), np.float32), "batch norm degrades with small batches")
    assert span is not None
    assert "small batches" in span.text


def test_the_part_of_a_story_decides_where_meaning_does_not() -> None:
    typed = "I asked the team what they thought about it. The error fell from 12 % to 4 % within a month or so."
    folded = fold(typed)
    units = cut(folded.text)
    close = np.array([0.2, 0.1], np.float32)
    found = [quote(typed, folded, units, close, "gives the outcome", part) for part in ("", "result")]
    assert [span.text[:5] for span in found if span] == ["I ask", "The e"]
