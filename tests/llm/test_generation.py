import threading
from itertools import count, zip_longest

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coach.errors import Stopped
from coach.llm.generation import Reply
from coach.llm.local import LlamaCppModel
from coach.llm.sampling import Greedy

PASSAGE = (
    "Momentum keeps a velocity, a decaying sum of past gradients, so that steady directions gain speed and zigzag "
    "directions cancel. Adam divides each step by a running estimate of the size of the gradient."
)
QUOTE = f"Text: The cat sat.\nCopy: The cat sat.\n\nText: {PASSAGE}\nCopy: {PASSAGE}\n\nText: {PASSAGE}\nCopy:"
FREE = "Name one cause of overfitting."
SAME = 0.1  # the same batches give the same logits; one wrong token in the trunk moves them by 0.14


def reply(model: LlamaCppModel, text: str, *, speculation: bool = True, tokens: int = 24, **more) -> str:
    model.speculation = speculation
    trunk = model.trunk("You are a helpful assistant.", text)
    try:
        return "".join(trunk.stream("", max_tokens=tokens, **more))
    finally:
        trunk.close()
        model.speculation = True


class Margins(Greedy):
    """Greedy, and by how much each choice beat the second best."""

    def __init__(self) -> None:
        self.margins: list[float] = []

    def choose(self, row):
        second, first = np.partition(row, -2)[-2:]
        self.margins.append(float(first - second))
        return super().choose(row)


def greedy_tokens(model: LlamaCppModel, text: str, most: int, *, speculation: bool) -> tuple[list[int], list[float]]:
    model.speculation, chooser = speculation, Margins()
    trunk = model.trunk("You are a helpful assistant.", text)
    running = Reply(model, trunk._strand, model.suffix, chooser, [])
    tokens = [token for batch in running.tokens(most) for token in batch]
    running.close()
    trunk.close()
    model.speculation = True
    return tokens, chooser.margins


@pytest.mark.parametrize(("text", "tokens"), [(QUOTE, 60), (FREE, 24)])
def test_greedy_replies_are_the_same_with_and_without_drafts(model, text, tokens):
    plain, margins = greedy_tokens(model, text, tokens, speculation=False)
    drafted, _ = greedy_tokens(model, text, tokens, speculation=True)
    differs = next((i for i, (a, b) in enumerate(zip(plain, drafted, strict=False)) if a != b), None)
    # Batches and single tokens round differently, so a choice closer than the tie band may fall either way.
    assert differs is None or margins[differs] < model.tie_band
    assert differs is None or text is not QUOTE or differs > 40  # never inside the quotation


def test_quoting_takes_fewer_evaluations_than_tokens(model, monkeypatch):
    batches: list[int] = []
    evaluate = model.context.evaluate
    monkeypatch.setattr(
        model.context, "evaluate", lambda batch, read: (batches.append(len(batch)), evaluate(batch, read))[1]
    )
    trunk = model.trunk("You are a helpful assistant.", QUOTE)
    batches.clear()
    text = "".join(trunk.stream("", max_tokens=45))
    trunk.close()
    assert PASSAGE[:100] in text
    assert len(batches) < 35  # 46 without drafts


def test_a_passage_given_as_draft_never_changes_the_reply(model):
    plain = reply(model, FREE, speculation=False)
    assert reply(model, FREE, drafts=[PASSAGE, plain, plain * 3]) == plain


def test_sampling_depends_on_the_seed_alone(model):
    first = reply(model, FREE, temperature=1.5, seed=3)
    assert reply(model, FREE, temperature=1.5, seed=3) == first
    assert reply(model, FREE, temperature=1.5, seed=4) != first


def test_max_tokens_is_kept_with_drafts(model):
    short, long = reply(model, QUOTE, tokens=20), reply(model, QUOTE, tokens=22)
    assert long.startswith(short)
    assert len(model.vocabulary.data(short)) <= 20


def test_closing_the_iterator_stops_within_a_token_and_frees_the_branch(model):
    trunk = model.trunk("You are a helpful assistant.", FREE)
    free = model.memory.free_sequences
    stream = trunk.stream("", max_tokens=200)
    next(stream)
    before = model.context.evaluated
    stream.close()
    assert model.context.evaluated == before
    assert model.memory.free_sequences == free
    trunk.close()


def test_stop_from_another_thread_ends_the_stream(model):
    trunk = model.trunk("You are a helpful assistant.", FREE)
    stream = trunk.stream("", max_tokens=500)
    next(stream)
    stopper = threading.Thread(target=model.stop)
    stopper.start()
    stopper.join()
    assert len("".join(stream)) < 40
    assert trunk.extend(" Go on.") > 0  # the flag is down again
    trunk.close()


def logits_going_on(trunk) -> np.ndarray:
    """Logits of a branch behind a trunk that was extended: they see the trunk's cells and any that stray behind it."""
    trunk.extend("\nTake your time.")
    return trunk.word_logits(["\nIs it so?"], ["Yes", "No"])


def logits_undisturbed(model: LlamaCppModel, text: str) -> np.ndarray:
    """The same of a trunk that nothing was cancelled on. It is closed, so that no other trunk shares its cells."""
    trunk = model.trunk("You are a helpful assistant.", text)
    logits = logits_going_on(trunk)
    trunk.close()
    return logits


@pytest.mark.parametrize("stopped_part", [0, 1])
def test_stop_breaks_off_a_long_prompt_and_the_trunk_is_as_before(model, monkeypatch, stopped_part):
    wanted = logits_undisturbed(model, FREE)
    trunk = model.trunk("You are a helpful assistant.", FREE)
    tokens = trunk.token_ids()
    evaluate, parts, while_computing = model.context.evaluate, count(), threading.Timer(0.05, model.stop)

    def evaluate_and_stop(batch, read):
        if next(parts) == stopped_part:
            (model.stop if stopped_part else while_computing.start)()
        return evaluate(batch, read)

    monkeypatch.setattr(model.context, "evaluate", evaluate_and_stop)
    with pytest.raises(Stopped):
        trunk.extend("A long answer. " * 150)
    assert next(parts) == stopped_part + 1
    assert trunk.token_ids() == tokens
    assert np.abs(logits_going_on(trunk) - wanted).max() < SAME
    trunk.close()


def test_stop_without_work_does_nothing(model):
    model.stop()
    assert reply(model, FREE, tokens=3)


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 12), min_size=1, max_size=3), st.booleans())
def test_wherever_a_stream_is_cancelled_the_trunk_stays_consistent(model, cancel_after, quoting):
    text = QUOTE if quoting else FREE
    wanted = logits_undisturbed(model, text)
    trunk = model.trunk("You are a helpful assistant.", text)
    tokens = trunk.token_ids()
    for pieces in cancel_after:
        stream = trunk.stream("\nGo on." if not quoting else "", max_tokens=40)
        for _ in range(pieces):
            next(stream, None)
        stream.close()
    assert trunk.token_ids() == tokens
    assert np.abs(logits_going_on(trunk) - wanted).max() < SAME
    trunk.close()


def test_two_streams_may_run_in_turns(model):
    trunk = model.trunk("You are a helpful assistant.", QUOTE)  # a quotation: no choice in it is close
    alone = "".join(trunk.stream("", max_tokens=8))
    one, two = trunk.stream("", max_tokens=8), trunk.stream("", max_tokens=8)
    mixed = ["", ""]
    for a, b in zip_longest(one, two, fillvalue=""):
        mixed[0] += a
        mixed[1] += b
    assert mixed[0] == mixed[1] == alone
    trunk.close()


def test_characters_are_never_torn(model):
    assert "\ufffd" not in reply(model, "Repeat: 日本語 émigré 😀 日本語 émigré 😀", tokens=22)
