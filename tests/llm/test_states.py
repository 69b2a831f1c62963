"""States on disk: restored when they fit, passed over when they do not."""

import os
import time

import numpy as np
import pytest

from coach.dialogue import prompts
from coach.llm import local
from coach.llm.local import LlamaCppModel
from coach.llm.state_cache import ABANDONED_SECONDS, StateCache


def test_cache_gives_back_what_was_saved_under_the_same_identity_alone(tmp_path):
    StateCache(tmp_path, "a").save([1, 2, 3], b"state")
    assert StateCache(tmp_path, "a").load([1, 2, 3]) == ([1, 2, 3], b"state")
    assert StateCache(tmp_path, "a").load([1, 2]) is None
    assert StateCache(tmp_path, "b").load([1, 2, 3]) is None


def test_cache_finds_the_longest_text_with_a_beginning(tmp_path):
    cache = StateCache(tmp_path, "a")
    for tokens in ([1, 2], [1, 2, 3, 4], [1, 2, 3], [9, 9, 9, 9, 9]):
        cache.save(tokens, bytes(tokens))
    assert cache.load([1, 2], longer=True) == ([1, 2, 3, 4], bytes([1, 2, 3, 4]))


@pytest.mark.parametrize(
    "damage", [lambda raw: raw[:-1], lambda raw: raw[:70] + b"X" + raw[71:], lambda raw: b"", lambda raw: raw[:50]]
)
def test_a_damaged_file_is_passed_over_and_can_be_rewritten(tmp_path, damage):
    cache = StateCache(tmp_path, "a")
    cache.save([1, 2, 3], b"state" * 10)
    (path,) = tmp_path.iterdir()
    path.write_bytes(damage(path.read_bytes()))
    assert cache.load([1, 2, 3]) is None
    cache.save([1, 2, 3], b"again")
    assert cache.load([1, 2, 3]) == ([1, 2, 3], b"again")


def test_the_folder_stays_small(tmp_path):
    cache = StateCache(tmp_path, "a", limit_bytes=5000)
    for i in range(10):
        cache.save([i], bytes(1000))
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 5000
    assert cache.load([9]) is not None


def test_what_a_killed_process_left_half_written_is_removed_and_what_is_being_written_is_not(tmp_path):
    left, fresh = tmp_path / "a.1.part", tmp_path / "b.2.part"
    for path in (left, fresh):
        path.write_bytes(bytes(1000))
    long_ago = time.time() - ABANDONED_SECONDS - 60
    os.utime(left, (long_ago, long_ago))
    StateCache(tmp_path, "a").save([1], b"state")
    assert not left.exists()
    assert fresh.exists()


def test_a_folder_that_cannot_be_written_costs_nothing(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    StateCache(blocked, "a").save([1], b"x")
    assert StateCache(blocked, "a").load([1]) is None


def test_an_interview_goes_on_in_a_new_process_without_evaluating_it_again(gguf, tmp_path, monkeypatch):
    monkeypatch.setattr(local, "WORTH_SAVING", 64)
    blocks = [
        prompts.answer_block("It fits noise."),
        prompts.followup_block("And then?", "The error on new data grows."),
    ]
    first = LlamaCppModel(gguf, context_tokens=512, states=tmp_path)
    trunk = first.trunk(prompts.SYSTEM, prompts.opening("What is overfitting?"))
    for block in blocks:
        trunk.extend(block)
    length, before = trunk.tokens, trunk.word_logits(["\nIs it so?"], ["Yes", "No"])
    first.close()

    second = LlamaCppModel(gguf, context_tokens=512, states=tmp_path)
    trunk = second.trunk(prompts.SYSTEM, prompts.opening("What is overfitting?"))
    assert [trunk.extend(block) for block in blocks] == [0, 0]
    assert (trunk.tokens, second.context.evaluated) == (length, 0)
    assert np.abs(trunk.word_logits(["\nIs it so?"], ["Yes", "No"]) - before).max() < 0.5
    addition = "\nOne more thing."
    assert trunk.extend(addition) == len(second.vocabulary.data(addition))
    second.close()


def test_states_of_another_setup_are_not_taken(gguf, tmp_path):
    LlamaCppModel(gguf, context_tokens=512, states=tmp_path).trunk(prompts.SYSTEM, "x").close()
    other = LlamaCppModel(gguf, context_tokens=512, states=tmp_path, kv_type="q8_0")
    trunk = other.trunk(prompts.SYSTEM, "x")
    assert other.context.evaluated == trunk.tokens
    other.close()
