"""The candidate's own words for a verdict: a quote that stands in the answer, cut at sentences or clauses."""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from coach.canonical import Folded
from coach.models import Span
from coach.scoring import signals
from coach.scoring.units import Unit

LONGEST_QUOTE = 400
"""Characters, as the machine interface promises."""

SECOND_UNIT_GAIN = 0.03
"""A quote of two units has to be this much closer (cosine) than the better of them alone."""


def quote(
    typed: str, folded: Folded, units: Sequence[Unit], similarity: npt.NDArray[np.float32], point: str
) -> Span | None:
    """The best evidence for `point` (canonical text) in the answer, as typed. None for an answer without words.

    units, similarity: see `SemanticView`; the cosine is helped by shared words, numbers included.
    """
    if not units:
        return None
    scores = [
        float(cosine) + 0.25 * _shared(point, unit.text) - _length_cost(unit)
        for unit, cosine in zip(units, similarity, strict=True)
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


def _shared(point: str, piece: str) -> float:
    words = signals.recall(signals.stems(point), signals.stems(piece))
    figures = signals.numbers(point)
    return (words + signals.recall(figures, signals.numbers(piece))) / 2 if figures else words


def _length_cost(unit: Unit) -> float:
    """Pairs must earn their length; anything beyond the quotable length is cut and worth less."""
    return SECOND_UNIT_GAIN * (len(unit.text) > 140) + 0.05 * (len(unit.text) > LONGEST_QUOTE)


def _word_end(typed: str, first: int, last: int) -> int:
    cut = [match.start() for match in re.finditer(r"\s", typed[first:last])]
    return first + cut[-1] if cut else last
