"""Passages keep the text, its code and its order."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.retrieval.chunking import blocks, chunks, word_count

CODE = "```python\ndef f(x):\n    # ## not a heading\n    return x\n```"


def test_short_text_is_one_passage():
    assert chunks("One sentence.") == ["One sentence."]
    assert chunks("") == chunks("  \n") == []


def test_prose_and_code_are_told_apart():
    text = f"Before.\n\n{CODE}\n\nAfter."
    assert list(blocks(text)) == [("Before.", False), (CODE, True), ("After.", False)]


@pytest.mark.parametrize(
    "text", ["~~~\na\n```\nb\n~~~", "````\n```\ninner\n```\n````", "```\nnever closed\n\n## heading"]
)
def test_a_fence_ends_where_markdown_says(text):
    assert list(blocks(text)) == [(text, True)]


def test_a_short_function_is_not_cut():
    words = " ".join(f"word{number}" for number in range(60))
    passages = chunks(f"{words}\n\n{CODE}\n\n{words}", words=70, overlap=10)
    assert sum(CODE in passage for passage in passages) == 1


def test_neighbours_overlap():
    text = "\n".join(f"Sentence number {number} ends here." for number in range(60))
    passages = chunks(text, words=40, overlap=15)
    assert all(word_count(passage) <= 40 for passage in passages)
    for one, other in itertools.pairwise(passages):
        assert set(one.splitlines()) & set(other.splitlines())


@given(st.lists(st.from_regex(r"[a-z]{1,8}", fullmatch=True), min_size=1, max_size=400))
def test_no_word_is_lost(words):
    text = " ".join(words)
    assert set(" ".join(chunks(text, words=50, overlap=10)).split()) == set(words)


def test_an_overlap_as_long_as_the_chunk_is_refused():
    with pytest.raises(ValueError, match="60"):
        chunks("x", words=60, overlap=60)
