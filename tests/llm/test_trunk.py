import numpy as np
import pytest

from coach.dialogue import prompts
from coach.errors import ContextFull
from coach.llm.local import LlamaCppModel
from coach.scoring.llm_judge import VERDICT_WORDS, branch

ANSWER = "The model learns the noise of the training data, so its error on new data grows. "
POINTS = ["Training error is far below validation error", "Noise is learnt", "Regularisation helps", "More data help"]


@pytest.fixture
def trunk(model: LlamaCppModel):
    trunk = model.trunk(prompts.SYSTEM, prompts.opening("What is overfitting?"))
    yield trunk
    trunk.close()


def test_a_turn_evaluates_its_own_tokens_alone(model, trunk):
    for turn in range(4):
        before, length = model.context.evaluated, trunk.tokens
        reported = trunk.extend(prompts.answer_block(ANSWER * (turn + 1)))
        assert reported == model.context.evaluated - before == trunk.tokens - length > 0


def test_branches_leave_no_trace_in_the_trunk(model, trunk):
    trunk.extend(prompts.answer_block(ANSWER))
    tokens = trunk.token_ids()
    first = trunk.word_logits([branch(p) for p in POINTS], VERDICT_WORDS)
    "".join(trunk.stream(prompts.followup_branch(POINTS[0]), max_tokens=8))
    assert trunk.token_ids() == tokens
    before = model.context.evaluated
    again = trunk.word_logits([branch(p) for p in POINTS], VERDICT_WORDS)
    np.testing.assert_array_equal(first, again)
    assert model.context.evaluated - before < sum(len(model.vocabulary.data(branch(p))) + 8 for p in POINTS)
    addition = "\nMore."
    assert trunk.extend(addition) == len(model.vocabulary.data(addition))


def test_branches_together_rank_points_as_each_alone(trunk):
    trunk.extend(prompts.answer_block(ANSWER))
    together = trunk.word_logits([branch(p) for p in POINTS], VERDICT_WORDS)
    alone = np.vstack([trunk.word_logits([branch(p)], VERDICT_WORDS) for p in POINTS])
    # Batches of different sizes round differently in a 4-bit model: up to 0.3 here.
    assert np.abs(together - alone).max() < 0.8
    yes_over_no = [together[:, 0] - together[:, 2], alone[:, 0] - alone[:, 2]]
    assert np.abs(yes_over_no[0] - yes_over_no[1]).max() < 0.5


def test_a_branch_sees_the_trunk(trunk):
    words = ("Paris", "Berlin")
    ask = "\nWhich city was named? Reply with its name alone."
    trunk.extend("\nThe city is Berlin, Berlin, Berlin.")
    berlin = trunk.word_logits([ask], words)[0]
    assert berlin[1] > berlin[0]


def test_more_branches_than_there_are_sequences_give_the_same_logits(model, trunk):
    trunk.extend(prompts.answer_block(ANSWER))
    many = [f"\nIs {i} odd?" for i in range(model.memory.free_sequences + 3)]
    logits = trunk.word_logits(many, VERDICT_WORDS)
    last = trunk.word_logits(many[-3:], VERDICT_WORDS)
    assert np.abs(logits[-3:] - last).max() < 0.8
    assert np.isfinite(logits).all()


def test_a_second_trunk_with_the_same_question_evaluates_neither_system_text_nor_question(model, trunk):
    before = model.context.evaluated
    other = model.trunk(prompts.SYSTEM, prompts.opening("What is overfitting?"))
    assert model.context.evaluated == before
    assert other.token_ids() == trunk.token_ids()
    other.close()


def test_a_text_over_the_window_is_refused_with_the_numbers_and_changes_nothing(model, trunk):
    length, before = trunk.tokens, model.context.evaluated
    with pytest.raises(ContextFull, match=rf"{length} \+ \d+ tokens do not fit: the window has 1024") as caught:
        trunk.extend("word " * 1500)
    assert caught.value.hint
    assert trunk.tokens == length
    assert model.context.evaluated == before
    assert trunk.extend("\nStill there.") > 0


def test_trunks_that_do_not_fit_together_take_turns(gguf):
    small = LlamaCppModel(gguf, context_tokens=512)
    trunks = [small.trunk(prompts.SYSTEM, prompts.opening(f"Question {i}?")) for i in range(3)]
    for trunk in trunks:
        trunk.extend(f" {trunk.tokens}" * 80)
    ask = [branch("Anything")]
    first = [trunk.word_logits(ask, VERDICT_WORDS) for trunk in trunks]
    second = [trunk.word_logits(ask, VERDICT_WORDS) for trunk in trunks]
    for a, b in zip(first, second, strict=True):
        assert np.abs(a - b).max() < 0.8
    small.close()


def test_no_branches_and_no_words(trunk):
    assert trunk.word_logits([], VERDICT_WORDS).shape == (0, 4)
    with pytest.raises(ValueError, match="at least one token"):
        trunk.word_logits(["x"], ["", "No"])
