"""Guessing the next tokens from text that is already there, as far as guessing pays.

A draft is checked by evaluating all its tokens in one batch. On a CPU a batch of k tokens costs nearly half of k single
steps, so only long, right drafts pay: `Drafting` weighs the measured cost of a batch against the measured chance of a
hit, and learns that chance without spending anything, by comparing what it would have guessed with what came.

Look-up of n-grams in the prompt: Saxena 2023, https://github.com/apoorvumang/prompt-lookup-decoding.
"""

import time
from collections.abc import Sequence

from coach.llm.draft_model import DraftModel

SHORTEST_MATCH = 3  # tokens that must agree before the text found is worth a guess
LONGEST_MATCH = 32  # beyond this a longer agreement says no more
LONGEST_DRAFT = 24


class NgramLookup:
    """Finds where the last few tokens stood before, and what followed there."""

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

    def propose(self, length: int) -> tuple[list[int], int]:
        """(at most `length` tokens that followed the longest earlier match, tokens that agreed); ([], 0) if none."""
        end = len(self._text)
        places = [p for p in self._places.get(tuple(self._text[-SHORTEST_MATCH:]), ()) if p < end]
        if not places:
            return [], 0
        # Latest first: of equally long matches the latest tends to be right.
        matched, place = max((self._agreement(p), p) for p in places[-16:])
        draft = self._text[place : place + length]
        if -1 in draft:
            draft = draft[: draft.index(-1)]
        return draft, matched

    def _agreement(self, place: int) -> int:
        text, end = self._text, len(self._text)
        for n in range(SHORTEST_MATCH, LONGEST_MATCH):
            if n >= place or text[place - 1 - n] != text[end - 1 - n] or text[end - 1 - n] == -1:
                return n
        return LONGEST_MATCH


class StepCosts:
    """Measured seconds of evaluating n tokens at once; shared by all replies of a model.

    single: of one token.  A batch of n tokens costs about 0.7 + 0.38 n single steps on two CPU cores (Q4_1, measured
    for 8, 16 and 32 tokens); the second number is followed by measurement, and is near 0 on a GPU.
    """

    _BASE = 0.7

    def __init__(self) -> None:
        self.single = 0.0
        self._each = 0.38  # cost of one token in a batch, relative to `single`

    def record(self, tokens: int, seconds: float) -> None:
        """Take note of one evaluation."""
        if tokens == 1:
            self.single = _follow(self.single, seconds)
        elif self.single and tokens >= 4:
            seen = max(0.001, (seconds / self.single - self._BASE) / tokens)
            self._each = _follow(self._each, seen)

    def of(self, tokens: int) -> float:
        """Expected cost of evaluating `tokens` at once, in single steps."""
        if tokens == 1:
            return 1.0
        return max(1.0, self._BASE + self._each * tokens)


class HitRates:
    """How likely a guessed token is right, by the length of the match it came from."""

    _PRIOR = ((4, 0.35), (8, 0.60), (16, 0.82), (LONGEST_MATCH + 1, 0.93))  # (match shorter than, chance)
    _PRIOR_WEIGHT = 6.0  # guesses that the prior is worth
    _FORGET = 0.97  # so that a reply that turns from quoting to free text is noticed

    def __init__(self) -> None:
        self._hits = [chance * self._PRIOR_WEIGHT for _, chance in self._PRIOR]
        self._trials = [self._PRIOR_WEIGHT] * len(self._PRIOR)

    def _bucket(self, matched: int) -> int:
        return next(i for i, (below, _) in enumerate(self._PRIOR) if matched < below)

    def record(self, matched: int, hits: int, misses: int) -> None:
        """Take note of guessed tokens that were right and wrong."""
        i = self._bucket(matched)
        self._hits[i] = self._hits[i] * self._FORGET + hits
        self._trials[i] = self._trials[i] * self._FORGET + hits + misses

    def chance(self, matched: int) -> float:
        """Chance that the next guessed token is right."""
        i = self._bucket(matched)
        return self._hits[i] / self._trials[i]


def best_length(chance: float, costs: StepCosts, longest: int, *, each: float = 0.0) -> int:
    """Draft length that yields the most tokens per second, 0 when none beats plain decoding by at least a tenth.

    chance: that a drafted token is right, given that all before it were.  each: cost of drafting one token, in steps.
    With k drafted tokens 1 + p + p² + ... + p^k come out of one batch of k + 1 (Leviathan et al. 2023, equation 1).
    """
    best, best_rate, produced = 0, 1.1, 1.0
    for k in range(1, longest + 1):
        produced += chance**k
        rate = produced / (costs.of(k + 1) + k * each)
        if rate > best_rate:
            best, best_rate = k, rate
    return best


def _follow(known: float, seen: float) -> float:
    """Moving average that takes outliers (another program had the core) as no more than twice the known value."""
    return seen if not known else known + 0.15 * (min(seen, 2 * known) - known)


class Drafting:
    """Drafts for one reply: from look-up in `sources` and in the reply itself, else from a smaller model if given.

    drafted, accepted: tokens over the whole reply.
    """

    def __init__(self, sources: Sequence[Sequence[int]], costs: StepCosts, model: DraftModel | None = None) -> None:
        self._lookup = NgramLookup(sources)
        self._rates = HitRates()
        self._costs = costs
        self._model = model
        self._model_pays = ModelPays(costs)
        self._guess: tuple[list[int], int] = ([], 0)
        self._from_model = False
        self.drafted = self.accepted = 0

    def draft(self, tokens: Sequence[int], longest: int) -> list[int]:
        """Tokens worth checking after `tokens`, at most `longest`; often none."""
        self._from_model = False
        self._guess = self._lookup.propose(LONGEST_DRAFT)
        found, matched = self._guess
        length = best_length(self._rates.chance(matched), self._costs, min(longest, len(found))) if found else 0
        if length or self._model is None:
            return found[:length]
        return self._ask_model(self._model, tokens, longest)

    def _ask_model(self, model: DraftModel, tokens: Sequence[int], longest: int) -> list[int]:
        length = min(longest, self._model_pays.length())
        if not length:
            return []
        started = time.perf_counter()
        drafted = model.propose(tokens, length)
        self._model_pays.spent(max(len(drafted), 1), time.perf_counter() - started)
        self._guess, self._from_model = (drafted, 0), True
        return drafted

    def seen(self, tokens: Sequence[int], drafted: int, seconds: float) -> None:
        """What really came after the last `draft`, of which `drafted` tokens were checked in `seconds`."""
        guess, matched = self._guess
        self._costs.record(drafted + 1, seconds)
        if guess and tokens:
            wrong = next((i for i, (a, b) in enumerate(zip(guess, tokens, strict=False)) if a != b), None)
            hits = min(len(guess), len(tokens)) if wrong is None else wrong
            if self._from_model:
                self._model_pays.record(hits, 0 if wrong is None else 1)
            else:
                self._rates.record(matched, hits, 0 if wrong is None else 1)
            self.drafted += drafted
            self.accepted += min(hits, drafted)
        self._lookup.add(tokens)


class ModelPays:
    """Whether and how far ahead to let a draft model guess, by what its guesses cost and how often they are right."""

    _LONGEST = 8
    _PAUSE = 32  # steps without a draft after it did not pay

    def __init__(self, costs: StepCosts) -> None:
        self._costs = costs
        self._hits, self._trials = 3.0, 4.0
        self._seconds_each = 0.0
        self._pause = 0

    def length(self) -> int:
        """Tokens to guess now; 0 while drafting does not pay."""
        if self._pause:
            self._pause -= 1
            return 0
        if not self._seconds_each or not self._costs.single:
            return 4
        each = self._seconds_each / self._costs.single
        length = best_length(self._hits / self._trials, self._costs, self._LONGEST, each=each)
        if not length:
            self._pause = self._PAUSE
            self._hits, self._trials = 3.0, 4.0  # the text may be easier by then
        return length

    def spent(self, tokens: int, seconds: float) -> None:
        """Take note of what drafting cost."""
        self._seconds_each = _follow(self._seconds_each, seconds / tokens)

    def record(self, hits: int, misses: int) -> None:
        """Take note of guesses that were right and wrong."""
        self._hits = self._hits * 0.9 + hits
        self._trials = self._trials * 0.9 + hits + misses
