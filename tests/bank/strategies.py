"""Hypothesis strategies for questions with awkward contents."""

import string

from hypothesis import strategies as st

from coach.bank.markdown_format import count_fences
from coach.models import KINDS, KeyPoint, Question

ACCENTS_AND_SYMBOLS = "\u00e9\u0302\u03b1\u2207\u6f22\U0001d53c\u00b7"
ALPHABET = string.ascii_letters + string.digits + string.punctuation + "  " + ACCENTS_AND_SYMBOLS
CODE = "```|~~~|```python|`|    x = 1|# title|## heading?|### Key points|- (2) point|1. one".split("|")
STRUCTURE = "id: x|kind: coding|---|===|<!-- note -->|<div>|<pre>|[a]: b|> quote|***|\t- t".split("|")


def _fold(text: str) -> str:
    return " ".join(text.split())


words = st.text(ALPHABET, min_size=1, max_size=12)
lines = st.text(ALPHABET, min_size=1, max_size=60).map(_fold).filter(bool)
_heads = st.sampled_from([*CODE, *STRUCTURE])
awkward_lines = st.one_of(lines, _heads, _heads.map("{} x".format))
awkward_items = awkward_lines.map(_fold)
names = st.text(string.ascii_lowercase + string.digits + "-", min_size=1, max_size=16)
answers = (
    st.lists(st.one_of(st.just(""), awkward_lines, lines.map("    ".__add__)), min_size=1, max_size=12)
    .map("\n".join)
    .map(lambda text: text.strip("\n").rstrip())
    .filter(lambda text: bool(text.strip()))
)
points = st.builds(
    KeyPoint,
    text=lines,
    weight=st.integers(1, 3),
    probe=st.none() | lines,
    derived=st.booleans(),
)


@st.composite
def questions(draw: st.DrawFn) -> Question:
    answer = draw(answers)
    return Question(
        id=draw(names),
        text=draw(lines),
        answer=answer,
        topic=draw(names),
        kind=draw(st.sampled_from(KINDS)),
        level=draw(st.integers(1, 5)),
        key_points=tuple(draw(st.lists(points, max_size=3))),
        mistakes=tuple(draw(st.lists(awkward_items, max_size=2))),
        follow_ups=tuple(draw(st.lists(awkward_items, max_size=2))),
        tags=tuple(draw(st.lists(names, max_size=3))),
        source="file.md",
        section=draw(lines),
        external_id=draw(st.just("") | names),
        code_blocks=draw(st.integers(0, 3) | st.just(count_fences(answer))),
        duplicate_of=draw(st.none() | names),
    )
