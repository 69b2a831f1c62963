"""From what a person types to words and meanings."""

import pytest

from coach.retrieval.glossary import meanings
from coach.retrieval.lexical import STOP_WORDS, highlights, match_expression, terms


def test_stop_words_and_contractions_go():
    assert terms("What's the difference between GANs and a VAE?") == ["difference", "gans", "vae"]


def test_a_query_of_stop_words_alone_keeps_them():
    assert terms("to be or not") == ["to", "be", "or", "not"]
    assert "not" in STOP_WORDS


def test_symbols_and_digits_are_words():
    assert terms("L1 vs. L2, O(n)") == ["l1", "l2", "o", "n"]
    assert match_expression(["l1", 'a"b']) == '"l1" OR "a""b"'
    assert match_expression([]) == ""


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Explain GANs.", "forger"),
        ("What is an LRU cache?", "unused for longest"),
        ("Why do residual connections help?", "shortcut"),
        ("Compare L1 and L2 regularization", "penalty on the size of the weights"),
    ],
)
def test_terms_are_explained(text, part):
    assert part in " ".join(meanings(text))


def test_short_names_are_told_by_their_case():
    assert not meanings("the nas of a sql-free gan")
    assert meanings("NAS") != []


def test_a_term_inside_a_word_is_none():
    assert meanings("triennial prompts") == meanings("prompts")
    assert not meanings("unheaped")


def test_each_meaning_comes_once_in_order_and_not_too_many():
    found = meanings("GAN, discriminator, BERT and GPT, CNN, ROC, trie, NAS")
    assert len(found) == 4
    assert "forger" in found[0]
    assert "hidden words" in found[1]


def test_words_are_marked_whatever_their_endings():
    text = "Gradients vanish; a vanishing gradient is no Gradual change."
    marked = [text[start:end] for start, end in highlights(text, "why do gradients vanish?")]
    assert marked == ["Gradients", "vanish", "vanishing", "gradient"]
    assert highlights(text, "the of") == []
