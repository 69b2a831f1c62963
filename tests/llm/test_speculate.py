import numpy as np
import pytest

from coach.llm.sampling import Greedy, Sampler
from coach.llm.speculate import Drafting, HitRates, NgramLookup, StepCosts, best_length


def test_lookup_continues_the_longest_match():
    lookup = NgramLookup([[1, 2, 3, 4, 50, 51], [9, 2, 3, 4, 60, 61]])
    lookup.add([7, 1, 2, 3, 4])
    assert lookup.propose(2) == ([50, 51], 4)


def test_lookup_stops_where_a_source_ends():
    lookup = NgramLookup([[1, 2, 3, 4], [8, 8, 8]])
    lookup.add([1, 2, 3])
    assert lookup.propose(5) == ([4], 3)


def test_lookup_without_a_match_is_empty():
    lookup = NgramLookup([[1, 2, 3]])
    lookup.add([4, 5, 6])
    assert lookup.propose(5) == ([], 0)


def test_costs_decide_whether_a_draft_is_worth_it():
    costs = StepCosts()
    assert best_length(0.2, costs, 24) == 0
    assert best_length(0.97, costs, 24) >= 6
    assert best_length(0.97, costs, 3) <= 3
    assert best_length(0.97, costs, 24, each=1.0) == 0  # a draft model as slow as the model itself never pays


def test_a_machine_on_which_batches_are_free_drafts_sooner():
    cheap = StepCosts()
    for _ in range(60):
        cheap.record(1, 0.01)
        cheap.record(8, 0.011)
    assert best_length(0.6, cheap, 24) > 0 == best_length(0.6, StepCosts(), 24)


def test_wrong_guesses_turn_drafting_off_and_right_ones_on():
    rates = HitRates()
    before = rates.chance(3)
    for _ in range(40):
        rates.record(3, 1, 0)
    assert rates.chance(3) > 0.9 > before
    for _ in range(80):
        rates.record(3, 0, 1)
    assert rates.chance(3) < before


def test_drafting_learns_from_guesses_that_it_did_not_spend():
    text = list(range(100, 160))
    drafting = Drafting([text], StepCosts())
    lengths = []
    at = 3
    drafting.draft([], 24)
    drafting.seen(text[:at], 0, 0.01)
    while at < 50:
        draft = drafting.draft([], 24)
        lengths.append(len(draft))
        new = text[at : at + len(draft) + 1]
        drafting.seen(new, len(draft), 0.01 * (0.7 + 0.38 * (len(draft) + 1)) if draft else 0.01)
        at += len(new)
    assert lengths[0] == 0
    assert max(lengths) >= 5
    assert drafting.drafted >= drafting.accepted > 20


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
