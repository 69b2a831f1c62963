"""Three hints of growing help for one key point: a question, the sentence with gaps, the sentence."""

import re

from coach.models import KeyPoint

MAX_HINTS = 3


def hint(point: KeyPoint, known: str, step: int) -> str:
    """Hint number `step` (1..3) for a missed point; `known` is what has been said already, its words stay readable."""
    if not 1 <= step <= MAX_HINTS:
        raise ValueError(f"hints are numbered 1..{MAX_HINTS}, not {step}")
    if step == 1 and point.probe:
        return point.probe
    if step < MAX_HINTS:
        return f"Fill the gaps: {with_gaps(point.text, known)}"
    return point.text


def with_gaps(text: str, known: str) -> str:
    """The sentence with its longer unknown words replaced by their first letter and dots."""
    said = {word.lower() for word in re.findall(r"\w+", known)}

    def gap(match: re.Match[str]) -> str:
        word = match.group()
        return word if len(word) < 5 or word.lower() in said else word[0] + "·" * (len(word) - 1)

    return re.sub(r"[^\W\d_]+", gap, text)
