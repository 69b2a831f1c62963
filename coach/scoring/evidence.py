"""The candidate's own words for a verdict: a quote that stands in the answer, cut at sentences or clauses."""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from coach.canonical import Folded
from coach.models import Span
from coach.scoring import signals, story
from coach.scoring.units import Unit

LONGEST_QUOTE = 400
"""Characters, as the machine interface promises."""

SECOND_UNIT_GAIN = 0.02
"""A quote of two units has to be this much closer (cosine) than the better of them alone."""

FEWEST_WORDS = 6
"""Shorter pieces are close to many points and say little."""

SHARED = 0.15
LETTERS = 0.5
"""Weights, beside the cosine, of the point's rarer words and of its letter trigrams found in a piece. Chosen so that on
102 points of held-out questions the piece taken is, for its length, one that alone convinces the language model."""

LONG_ENOUGH = 14
"""Words from which on a piece that ends with a colon usually says something before it."""


def quote(
    typed: str, folded: Folded, units: Sequence[Unit], similarity: npt.NDArray[np.float32], point: str, part: str = ""
) -> Span | None:
    """The best evidence for `point` (canonical text) in the answer, as typed. None for an answer without words.

    units, similarity: see `SemanticView`; the cosine is helped by shared words, numbers included.  part: of a story
    that the point asks for, see `coach.scoring.story`; pieces that tell it are preferred.
    """
    if not units:
        return None
    letters = signals.trigrams(point)
    scores = [
        float(cosine)
        + SHARED * shared
        + LETTERS * signals.recall(letters, signals.trigrams(unit.text))
        + _part_told(part, unit, len(folded.text))
        - _form_cost(unit)
        for unit, cosine, shared in zip(units, similarity, _shared(point, units), strict=True)
    ]
    best = units[int(np.argmax(scores))]
    return span_of(typed, folded, best.start, best.end)


def span_of(typed: str, folded: Folded, start: int, end: int) -> Span:
    """Characters start..end of the folded text as they were typed, trimmed, `LONGEST_QUOTE` characters at most."""
    first, last = folded.typed_span(start, end)
    last = min(last, first + LONGEST_QUOTE)
    if last < folded.typed_span(start, end)[1]:
        last = _word_end(typed, first, last)
    text = typed[first:last]
    first += len(text) - len(text.lstrip())
    return Span(first, first + len(text.strip()), text.strip())


def is_true_quote(span: Span, typed: str) -> bool:
    """Whether the span really stands in the answer at its offsets and keeps the promised length."""
    return 0 < len(span.text) <= LONGEST_QUOTE and typed[span.start : span.end] == span.text


def _shared(point: str, units: Sequence[Unit]) -> list[float]:
    """What each unit shares with the point, 0..1: words and numbers that stand in few units of the answer weigh more.

    The topic's own words are everywhere and tell no unit from another.
    """
    wanted = signals.stems(point) | signals.numbers(point)
    found = [wanted & (signals.stems(unit.text) | signals.numbers(unit.text)) for unit in units]
    weight = {word: 1 / count for word, count in Counter(word for words in found for word in words).items()}
    total = sum(weight.values()) * len(wanted)
    return [len(weight) * sum(weight[word] for word in words) / total if words else 0.0 for words in found]


def _part_told(part: str, unit: Unit, length: int) -> float:
    """Told in its own words; a situation is told all over, but it is set out at the beginning."""
    return -0.3 * unit.start / length if part == "situation" else 0.3 * story.told(part, unit.text)


def _form_cost(unit: Unit) -> float:
    """Pairs must earn their length, what is cut is worth less, and an announcement ("the result:") is no evidence."""
    words = len(unit.text.split())
    return (
        SECOND_UNIT_GAIN * (len(unit.text) > 140)
        + 0.05 * (len(unit.text) > LONGEST_QUOTE)
        + 0.1 * (words < FEWEST_WORDS)
        + (0.15 if words < LONG_ENOUGH else 0.04) * unit.text.rstrip().endswith((":", "?"))
    )


def _word_end(typed: str, first: int, last: int) -> int:
    cut = [match.start() for match in re.finditer(r"\s", typed[first:last])]
    return first + cut[-1] if cut else last
