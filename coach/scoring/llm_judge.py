"""Verdicts read from a language model's logits: one branch for each key point, no text generated."""

VERDICT_WORDS = ("Yes", "Partly", "No", "Wrong")
"""Replies the adapter was trained on, in the order covered, partial, missing, contradicted."""


def branch(point: str) -> str:
    """The question put to the model about one key point; its reply starts with one of `VERDICT_WORDS`."""
    return f"\nKey point: {point.strip()}\nDoes the answer state it?"
