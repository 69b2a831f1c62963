"""Guessing the next tokens from text that is already there, as far as guessing pays.

A draft is checked by evaluating all its tokens in one batch. On a CPU a batch of 12 tokens costs as much as four or
five single steps, so only right drafts pay, and long ones best: `Drafting` weighs the measured cost of a batch against
the measured chance of a hit, and learns that chance without spending anything, by comparing what it would have guessed
with what came.

Look-up of n-grams in the prompt: Saxena 2023, https://github.com/apoorvumang/prompt-lookup-decoding.
"""

import time
from collections.abc import Sequence
from itertools import takewhile

from coach.llm.draft_model import DraftModel

SHORTEST_MATCH = 2  # tokens that must agree before the text found is worth a guess
LONGEST_MATCH = 32  # beyond this a longer agreement says no more
LONGEST_DRAFT = 31
TILE = 4  # tokens that matrix kernels take at a time: a batch of 8 costs no more than one of 7


class NgramLookup:
    """Finds where the last few tokens stood before, and what followed there."""

    _PLACES = 64  # of the last tokens, the latest that are compared

    def __init__(self, sources: Sequence[Sequence[int]]) -> None:
        self._text: list[int] = []
        self._places: dict[tuple[int, ...], list[int]] = {}  # n-gram -> positions right behind it
        for source in sources:
            self._text.append(-1)  # no n-gram spans two sources
            self.add(source)

    def add(self, tokens: Sequence[int]) -> None:
        """Append tokens to the text that is searched; the last of them are what `propose` continues."""
        for token in tokens:
            self._text.append(token)
            gram = tuple(self._text[-SHORTEST_MATCH:])
            if len(gram) == SHORTEST_MATCH and -1 not in gram:
                self._places.setdefault(gram, []).append(len(self._text))

    def propose(self, length: int) -> list[int]:
        """At most `length` tokens that followed the longest earlier match; none without one."""
        *places, _ = self._places.get(tuple(self._text[-SHORTEST_MATCH:]), [0])[-self._PLACES - 1 :]
        if not places:
            return []
        # Latest first: of equally long matches the latest tends to be right.
        place = max(places, key=lambda p: (self._agreement(p), p))
        draft = self._text[place : place + length]
        return draft[: draft.index(-1)] if -1 in draft else draft

    def _agreement(self, place: int) -> int:
        text, end = self._text, len(self._text)
        for n in range(SHORTEST_MATCH, LONGEST_MATCH):
            if n >= place or text[place - 1 - n] != text[end - 1 - n] or text[end - 1 - n] == -1:
                return n
        return LONGEST_MATCH


class StepCosts:
    """Measured seconds of evaluating n tokens at once; shared by all replies of a model.

    single: of one token.  A batch costs `base + each * n` single steps. Both numbers are assumed at first and then
    followed by measurement (normalised least mean squares); while there is none they drift back to what was assumed,
    so that a minute in which other programs had the cores does not end drafting for good.
    """

    _ON_CPU = 1.5, 0.25  # one core takes 1.4 + 0.36 n for Q8_0 (AMD EPYC), two gain more from batches than from steps
    _ON_GPU = 1.0, 0.03
    _RATE = 0.15
    _DRIFT = 0.003

    def __init__(self, *, on_gpu: bool = False) -> None:
        self.single = 0.0
        self._assumed = self._ON_GPU if on_gpu else self._ON_CPU
        self._base, self._each = self._assumed

    def record(self, tokens: int, seconds: float) -> None:
        """Take note of one evaluation."""
        if tokens == 1:
            self.single = _follow(self.single, seconds)
            self._base += self._DRIFT * (self._assumed[0] - self._base)
            self._each += self._DRIFT * (self._assumed[1] - self._each)
        elif self.single:
            expected = self.of(tokens)
            error = min(seconds / self.single, 2 * expected) - expected  # an outlier: another program had the core
            scaled = tokens / 16
            step = self._RATE * error / (1 + scaled**2)
            self._base += step
            self._each += step * scaled / 16

    def of(self, tokens: int) -> float:
        """Expected cost of evaluating `tokens` at once, in single steps."""
        return 1.0 if tokens == 1 else max(1.0, self._base + self._each * tokens)


class HitRate:
    """How likely guessed tokens are right: a beta distribution, uniform at first, that forgets what is long ago.

    Its mean is the chance of one guess. The chance of a second one is higher where the first was right: that is what
    makes long drafts out of few hits.
    """

    _FORGET = 0.97  # by each guess, so that a reply that turns from quoting to free text is noticed

    def __init__(self, hits: float = 0.0, misses: float = 0.0) -> None:
        self._hits, self._misses = hits, misses

    def record(self, hits: int, misses: int) -> None:
        """Take note of guessed tokens that were right and wrong."""
        kept = self._FORGET ** (hits + misses)
        self._hits = self._hits * kept + hits
        self._misses = self._misses * kept + misses

    def chance(self, right_before: int = 0) -> float:
        """Chance that a guessed token is right, given that the `right_before` ones before it in its draft are."""
        hits = 1 + self._hits + right_before
        return hits / (hits + 1 + self._misses)


def best_length(rate: HitRate, costs: StepCosts, longest: int, *, each: float = 0.0) -> int:
    """Draft length that yields the most tokens per second, 0 when none beats plain decoding by at least a tenth.

    each: cost of drafting one token, in steps.  One batch of k + 1 tokens yields 1 + p1 + p1 p2 + ... tokens, with
    p1 ... pk the chances of `rate` (after Leviathan et al. 2023, equation 1).
    """
    best, best_gain, produced, reached = 0, 1.1, 1.0, 1.0
    for k in range(1, longest + 1):
        reached *= rate.chance(k - 1)
        produced += reached
        gain = produced / (costs.of(k + 1) + k * each)
        if gain > best_gain and ((k + 1) % TILE == 0 or k == longest):
            best, best_gain = k, gain
    return best


def _follow(known: float, seen: float) -> float:
    """Moving average that takes outliers (another program had the core) as no more than twice the known value."""
    return seen if not known else known + 0.15 * (min(seen, 2 * known) - known)


class Drafting:
    """Drafts for one reply: from look-up in `sources` and in the reply itself, else from a smaller model if given."""

    def __init__(self, sources: Sequence[Sequence[int]], costs: StepCosts, model: DraftModel | None = None) -> None:
        self._lookup = NgramLookup(sources)
        self._rate = HitRate()
        self._costs = costs
        self._model = model
        self._model_pays = ModelPays(costs)
        self._looked_up = _Guess(self._rate)
        self._modelled = _Guess(self._model_pays)

    def draft(self, tokens: Sequence[int], longest: int) -> list[int]:
        """Tokens worth checking after `tokens`, at most `longest`; often none."""
        self._modelled.tokens = []
        self._looked_up.tokens = found = self._lookup.propose(LONGEST_DRAFT)
        length = best_length(self._rate, self._costs, min(longest, len(found))) if found else 0
        if length or self._model is None:
            return found[:length]
        return self._ask_model(self._model, tokens, longest)

    def _ask_model(self, model: DraftModel, tokens: Sequence[int], longest: int) -> list[int]:
        length = min(longest, self._model_pays.length())
        if not length:
            return []
        started = time.perf_counter()
        self._modelled.tokens = drafted = model.propose(tokens, length)
        self._model_pays.spent(max(len(drafted), 1), time.perf_counter() - started)
        return drafted

    def seen(self, tokens: Sequence[int], drafted: int, seconds: float) -> None:
        """Learn from what came, after `drafted` tokens were checked in `seconds`; also from guesses not spent."""
        self._costs.record(drafted + 1, seconds)
        self._looked_up.compare(tokens)
        self._modelled.compare(tokens)
        self._lookup.add(tokens)


class _Guess:
    """What one source says comes next.  tokens: what of it nothing has contradicted yet."""

    def __init__(self, rate: "HitRate | ModelPays") -> None:
        self.tokens: list[int] = []
        self._rate = rate

    def compare(self, came: Sequence[int]) -> None:
        """Record how far the guess was right; what goes beyond `came` stays, as no new guess is made after a tie."""
        hits = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(self.tokens, came, strict=False)))
        wrong = hits < min(len(self.tokens), len(came))
        self._rate.record(hits, int(wrong))
        self.tokens = [] if wrong else self.tokens[len(came) :]


class ModelPays:
    """Whether and how far ahead to let a draft model guess, by what its guesses cost and how often they are right."""

    _LONGEST = 2 * TILE - 1
    _PAUSE = 32  # steps without a draft after it did not pay
    _HOPE = 2.0, 0.0  # hits and misses that it starts with, and starts anew with: chance 3 in 4

    def __init__(self, costs: StepCosts) -> None:
        self._costs = costs
        self._rate = HitRate(*self._HOPE)
        self._seconds_each = 0.0
        self._pause = 0

    def length(self) -> int:
        """Tokens to guess now; 0 while drafting does not pay."""
        if self._pause:
            self._pause -= 1
            return 0
        if not self._seconds_each or not self._costs.single:
            return TILE - 1
        each = self._seconds_each / self._costs.single
        length = best_length(self._rate, self._costs, self._LONGEST, each=each)
        if not length:
            self._pause = self._PAUSE
            self._rate = HitRate(*self._HOPE)  # the text may be easier by then
        return length

    def spent(self, tokens: int, seconds: float) -> None:
        """Take note of what drafting cost."""
        self._seconds_each = _follow(self._seconds_each, seconds / tokens)

    def record(self, hits: int, misses: int) -> None:
        """Take note of guesses that were right and wrong."""
        self._rate.record(hits, misses)
