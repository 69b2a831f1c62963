from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from coach.canonical import canonical, fold
from coach.scoring.units import MOST_UNITS, cut, windows


def test_sentences_bullets_and_clauses_become_units() -> None:
    text = canonical("It decays. E.g. the rate halves!\n- one bullet here\n- another bullet there")
    assert [unit.text for unit in cut(text)] == [
        "it decays. e.g. the rate halves!",
        "- one bullet here",
        "- another bullet there",
    ]


def test_a_number_that_ends_a_sentence_is_no_item() -> None:
    text = canonical(
        "A typical batch size is 32. Larger ones generalise worse.\n1. collect the data\n2. train on the data"
    )
    assert [unit.text for unit in cut(text)] == [
        "a typical batch size is 32.",
        "larger ones generalise worse.",
        "1. collect the data",
        "2. train on the data",
    ]


def test_minus_and_times_in_code_are_no_bullets() -> None:
    text = canonical(
        "g = Xb[b].T @ (Xb[b] @ w - y[b]) / len(b); v = mu * v - lr * g\n- the rate decays\n- momentum helps a lot"
    )
    assert [unit.text for unit in cut(text)] == [
        "g = xb[b].t @ (xb[b] @ w - y[b]) / len(b);",
        "v = mu * v - lr * g",
        "- the rate decays",
        "- momentum helps a lot",
    ]


def test_a_long_sentence_is_cut_at_clauses() -> None:
    clause = "the gradient of every layer is multiplied by the weights of the layer above it"
    units = cut(", ".join([clause] * 5))
    assert len(units) == 5
    assert all(unit.text.rstrip(",") == clause for unit in units)


@given(st.text(max_size=600))
def test_units_are_ordered_pieces_of_the_text(text: str) -> None:
    folded = canonical(text)
    units = cut(folded)
    assert all(folded[unit.start : unit.end] == unit.text for unit in [*units, *windows(folded, units)])
    assert all(a.end <= b.start for a, b in pairwise(units))


def test_endless_rambling_gives_a_bounded_number_of_units() -> None:
    assert len(cut("and then it went on. " * 5000)) <= MOST_UNITS


@given(st.text(max_size=300))
def test_folded_text_knows_where_it_came_from(text: str) -> None:
    folded = fold(text)
    assert len(folded.text) == len(folded.origin)
    assert list(folded.origin) == sorted(folded.origin)


@given(st.text(alphabet=st.characters(codec="ascii"), max_size=300))
def test_case_and_spacing_do_not_change_the_canonical_form(text: str) -> None:
    assert canonical(text.upper().replace(" ", " \n\t ")) == canonical(text)
