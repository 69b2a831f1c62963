"""The candidate's own words for a verdict: a quote that stands in the answer, cut at sentences or clauses.

Every piece of the answer is scored for every key point by a linear model over what the two share, and the softmax of
the scores is how likely a person would quote it. Quoted is the stretch of neighbouring pieces that holds most of that
probability for its length. `training.evidence` fits the weights to pieces that people would quote.
"""

import json
import re
from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from coach.canonical import Folded, canonical
from coach.models import Kind, Span
from coach.scoring import signals
from coach.scoring.semantic import SemanticView
from coach.scoring.units import Unit

Floats = npt.NDArray[np.float64]

LONGEST_QUOTE = 400
"""Characters, as the machine interface promises."""

COST = 0.1
"""Of a hundred characters: the probability that they have to add to a quote. On unseen points a quote is then half as
long again as its best piece, and three of five that did not hold the evidence do."""

Stretch = tuple[int, int]
"""Characters start..end, end exclusive."""

FEATURES = (
    "cosine", "cosine_others", "rare_words", "letters", "new_letters", "letters_others", "words",
    "order_story", "order",
)  # fmt: skip
"""Of a piece for a point, see `features`."""


def best_stretches(seen: SemanticView, question: str, points: Sequence[str], kind: Kind) -> list[Stretch]:
    """What to quote of the folded answer for each key point; nothing for an answer without words.

    seen: of these points, in this order; further rows are left alone.  kind: of the question, see `features`.
    """
    return quotable(features(seen, question, points, kind) @ weights(), seen.units) if seen.units else []


def quotable(scores: Floats, units: Sequence[Unit]) -> list[Stretch]:
    """For each row of `scores` (points, units) the stretch with the largest probability less `COST`.

    Stretches run from the start of one unit to the end of another, `LONGEST_QUOTE` characters at most, or are a unit.
    """
    starts, ends = ({unit.start for unit in units}, {unit.end for unit in units})
    runs = {(start, end) for start in starts for end in ends if 0 < end - start <= LONGEST_QUOTE}
    stretches = sorted(runs | {(unit.start, unit.end) for unit in units})
    begin, finish = np.array(stretches).T
    inside = np.array([(begin <= unit.start) & (unit.end <= finish) for unit in units], float)
    likely = np.exp(scores - scores.max(axis=1, keepdims=True))
    held = likely / likely.sum(axis=1, keepdims=True) @ inside
    best: list[int] = (held - COST * (finish - begin) / 100).argmax(axis=1).tolist()
    return [stretches[i] for i in best]


def features(seen: SemanticView, question: str, points: Sequence[str], kind: Kind) -> Floats:
    """(points, units, len(FEATURES)).

    cosine: of point and piece.  *_others: mean over the other points; a piece near to all of them tells none apart.
    rare_words: see `_rare_words`.  letters: share of the point's letter trigrams in the piece.  new_letters: likewise
    of those that the question does not have.  words: logarithm of their number.  order, order_story: how far apart
    piece and point stand, 0..1, where the one begins in the answer and the other among the points; a story is told in
    the order of its parts, which other answers keep less. 0 for a single point: a reply to a follow-up has no order.
    """
    wanted = [canonical(point) for point in points]
    asked = signals.trigrams(canonical(question))
    pieces = [signals.trigrams(unit.text) for unit in seen.units]
    cosine = seen.similarity[: len(points)].astype(np.float64)
    letters = np.array([_recalls(signals.trigrams(point), pieces) for point in wanted])
    new_letters = np.array([_recalls(signals.trigrams(p) - asked or signals.trigrams(p), pieces) for p in wanted])
    begins = np.array([unit.start for unit in seen.units]) / max(1, len(seen.folded.text))
    apart = np.abs(np.linspace(0, 1, len(points))[:, None] - begins) * (len(points) > 1)
    words = np.log1p([len(unit.text.split()) for unit in seen.units])
    is_story = kind == "behavioral"
    return np.stack(
        [
            cosine, _of_others(cosine), np.array([_rare_words(point, seen.units) for point in wanted]),
            letters, new_letters, _of_others(letters), np.tile(words, (len(points), 1)),
            apart * is_story, apart * (not is_story),
        ],
        axis=-1,
    )  # fmt: skip


@cache
def weights() -> Floats:
    """(len(FEATURES),), fitted by `training.evidence`."""
    text = files("coach.scoring").joinpath("weights", "evidence.json").read_text(encoding="utf-8")
    record = json.loads(text)
    return np.array([record[name] for name in FEATURES])


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


def _of_others(values: Floats) -> Floats:
    """Mean over the other rows; 0 where there are none."""
    return (values.sum(axis=0) - values) / max(1, len(values) - 1)


def _recalls(wanted: AbstractSet[str], pieces: Sequence[AbstractSet[str]]) -> list[float]:
    return [signals.recall(wanted, piece) for piece in pieces]


def _rare_words(point: str, units: Sequence[Unit]) -> list[float]:
    """What each unit shares with the point, 0..1: words and numbers that stand in few units of the answer weigh more.

    The topic's own words are everywhere and tell no unit from another.
    """
    wanted = signals.stems(point) | signals.numbers(point)
    found = [wanted & (signals.stems(unit.text) | signals.numbers(unit.text)) for unit in units]
    weight = {word: 1 / count for word, count in Counter(word for words in found for word in words).items()}
    total = sum(weight.values()) * len(wanted)
    return [len(weight) * sum(weight[word] for word in words) / total if words else 0.0 for words in found]


def _word_end(typed: str, first: int, last: int) -> int:
    cut = [match.start() for match in re.finditer(r"\s", typed[first:last])]
    return first + cut[-1] if cut else last
