import numpy as np
import pytest

from coach.llm.sampling import Greedy, Sampler
from coach.llm.speculate import TILE, Drafting, HitRate, NgramLookup, StepCosts, best_length


def test_lookup_continues_the_longest_match():
    lookup = NgramLookup([[1, 2, 3, 4, 50, 51], [9, 2, 3, 4, 60, 61]])
    lookup.add([7, 1, 2, 3, 4])
    assert lookup.propose(2) == [50, 51]


def test_of_equally_long_matches_the_latest_counts():
    lookup = NgramLookup([[1, 2, 3, 4, 50], [9, 2, 3, 4, 60]])
    lookup.add([7, 2, 3, 4])
    assert lookup.propose(1) == [60]


def test_lookup_stops_where_a_source_ends():
    lookup = NgramLookup([[1, 2, 3, 4], [8, 8, 8]])
    lookup.add([1, 2, 3])
    assert lookup.propose(5) == [4]


@pytest.mark.parametrize("said", [[], [1], [4, 5, 6]])
def test_lookup_without_a_match_is_empty(said):
    lookup = NgramLookup([[1, 2, 3]])
    lookup.add(said)
    assert lookup.propose(5) == []


def test_costs_decide_whether_a_draft_is_worth_it():
    costs, sure, unsure = StepCosts(), HitRate(30, 0), HitRate(1, 3)
    assert best_length(unsure, costs, 31) == 0
    assert best_length(sure, costs, 31) >= 11
    assert best_length(sure, costs, 5) == 5
    assert best_length(sure, costs, 31, each=1.0) == 0  # a draft model as slow as the model itself never pays


def test_batches_come_in_whole_tiles():
    assert {(best_length(HitRate(hits, 1), StepCosts(), 31) + 1) % TILE for hits in range(12, 60, 4)} == {0}


def test_a_machine_on_which_batches_are_free_drafts_sooner():
    cheap, rate = StepCosts(), HitRate(2, 2)
    for _ in range(60):
        cheap.record(1, 0.01)
        cheap.record(8, 0.011)
    assert best_length(rate, cheap, 24) > 0 == best_length(rate, StepCosts(), 24)
    assert best_length(rate, StepCosts(on_gpu=True), 24) > 0


def test_costs_follow_what_is_measured():
    costs = StepCosts()
    for _ in range(100):
        costs.record(1, 0.01)
        for tokens in (4, 32):
            costs.record(tokens, 0.01 * (0.7 + 0.38 * tokens))
    assert costs.of(16) == pytest.approx(0.7 + 0.38 * 16, rel=0.05)


def test_one_bad_minute_does_not_end_drafting():
    costs, rate = StepCosts(), HitRate(20, 0)
    costs.record(1, 0.01)
    for _ in range(20):
        costs.record(8, 1.0)
    assert best_length(rate, costs, 31) == 0
    for _ in range(1500):
        costs.record(1, 0.01)
    assert best_length(rate, costs, 31) > 0


def test_wrong_guesses_turn_drafting_off_and_right_ones_on():
    rate = HitRate()
    before = rate.chance()
    for _ in range(40):
        rate.record(1, 0)
    assert rate.chance() > 0.9 > before
    for _ in range(80):
        rate.record(0, 1)
    assert rate.chance() < before


def test_a_hit_makes_the_next_one_likelier():
    rate = HitRate(2, 1)
    assert rate.chance() < rate.chance(1) < rate.chance(8) < 1


def test_drafting_learns_from_guesses_that_it_did_not_spend():
    text = list(range(100, 160))
    drafting = Drafting([text], StepCosts())
    lengths = []
    at = 3
    drafting.draft([], 31)
    drafting.seen(text[:at], 0, 0.01)
    while at < 50:
        draft = drafting.draft([], 31)
        lengths.append(len(draft))
        new = text[at : at + len(draft) + 1]
        drafting.seen(new, len(draft), 0.01 * (0.7 + 0.38 * (len(draft) + 1)) if draft else 0.01)
        at += len(new)
    assert lengths[0] == 0
    assert max(lengths) >= 5
    assert sum(lengths) > 20


class Foresight:
    """A draft model that is always right and costs nothing."""

    def __init__(self, text: list[int]) -> None:
        self._text = text

    def propose(self, tokens: list[int], length: int) -> list[int]:
        return self._text[len(tokens) : len(tokens) + length]


def test_lookup_learns_while_a_draft_model_has_the_word():
    text = list(range(100, 200))
    drafting = Drafting([text], StepCosts(), Foresight(text))
    lengths, at = [], 3
    drafting.seen(text[:at], 0, 0.01)
    while at < 60:
        lengths.append(len(drafting.draft(text[:at], 31)))
        drafting.seen(text[at : at + 1], 0, 0.01)  # by itself, so that costs stay as assumed
        at += 1
    assert lengths[0] == TILE - 1
    assert max(lengths) > 2 * TILE - 1  # more than a draft model is let guess


def test_a_right_guess_cut_off_by_a_tie_counts_as_right():
    text = list(range(100, 200))
    drafting = Drafting([text], StepCosts())
    lengths, at = [], 3
    drafting.seen(text[:at], 0, 0.01)
    while at < 60:
        lengths.append(len(drafting.draft([], 31)))
        drafting.seen(text[at : at + 2], 0, 0.01)  # then a tie,
        drafting.seen(text[at + 2 : at + 3], 0, 0.01)  # settled alone
        at += 3
    assert lengths[-1] > 11


def test_greedy_sees_ties():
    row = np.array([1.0, 3.0, 2.8], np.float32)
    assert Greedy().choose(row) == 1
    assert Greedy().check(row, 1) == (True, 1)
    assert Greedy().check(row, 2) == (False, 1)
    assert Greedy().too_close(row, 0.3)
    assert not Greedy().too_close(row, 0.1)


@pytest.mark.parametrize("drafted", [0, 2, 4])
def test_checking_a_draft_leaves_the_distribution_as_it_is(drafted):
    row = np.array([2.0, 1.0, 0.5, 0.0, -3.0], np.float32)
    sampler, draws = Sampler(0.9, seed=5), 20_000
    seen = np.bincount([sampler.check(row, drafted)[1] for _ in range(draws)], minlength=5)
    expected = sampler.probabilities(row) * draws
    chi_square = ((seen - expected) ** 2 / expected).sum()
    assert chi_square < 23.5  # 4 degrees of freedom, p = 0.0001


def test_a_taken_draft_is_the_drafted_token():
    sampler = Sampler(1.0, seed=1)
    row = np.array([3.0, 2.0, 1.0], np.float32)
    for _ in range(50):
        taken, token = sampler.check(row, 1)
        assert taken == (token == 1)


def test_temperature_must_be_positive():
    with pytest.raises(ValueError, match="temperature"):
        Sampler(0.0, 1)
