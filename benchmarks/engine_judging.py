"""Verdicts on key points: ours in one batch, and three ways of asking the stock path."""

from typing import Any

import numpy as np

from benchmarks import engine_stock as stock
from benchmarks.engine_texts import ANSWER, POINTS, text_of
from benchmarks.engine_timing import Raw, medians, timed
from coach.dialogue import prompts
from coach.llm.local import LlamaCppModel
from coach.scoring.llm_judge import VERDICT_WORDS, branch


def judging(model: LlamaCppModel, llama: Any, repeat: int) -> Raw:
    """Seven verdicts: ours in one batch, and three ways of asking the stock path."""
    room = 400 - len(model.static_prefix(prompts.SYSTEM)) - len(model.vocabulary.data(ANSWER))
    answer = ANSWER + text_of(model, room)
    branches = [branch(point) for point in POINTS]
    trunk = model.trunk(prompts.SYSTEM, answer)
    before = model.context.evaluated
    together = trunk.word_logits(branches, VERDICT_WORDS)
    evaluated = model.context.evaluated - before
    alone = np.vstack([trunk.word_logits([one], VERDICT_WORDS) for one in branches])
    filler = text_of(model, evaluated, 2000)

    def bare() -> float:
        other = model.trunk(prompts.SYSTEM, answer)
        seconds = timed(lambda: other.extend(filler))
        other.close()
        return seconds

    rounds = {"n": 0}

    def from_nothing() -> float:
        rounds["n"] += 1

        def work() -> None:
            cold = model.trunk(f"{rounds['n']}. {prompts.SYSTEM}", answer)
            cold.word_logits(branches, VERDICT_WORDS)
            cold.close()

        return timed(work)

    raw: Raw = medians(
        repeat,
        judge_seconds=lambda: timed(lambda: trunk.word_logits(branches, VERDICT_WORDS)),
        prefill_seconds=bare,
        calls_cached_seconds=lambda: timed(
            lambda: stock.judge_by_calls(llama, prompts.SYSTEM, answer, branches, keep_cache=True)
        ),
    )
    raw |= medians(
        max(3, repeat - 2) if repeat < 5 else 5,
        judge_from_nothing_seconds=from_nothing,
        calls_seconds=lambda: timed(
            lambda: stock.judge_by_calls(llama, prompts.SYSTEM, answer, branches, keep_cache=False)
        ),
        json_seconds=lambda: timed(lambda: stock.judge_by_json(llama, prompts.SYSTEM, answer, POINTS)),
    )
    score = [together[:, 0] - together[:, 2], alone[:, 0] - alone[:, 2]]
    trunk.close()
    return raw | {
        "trunk_tokens": trunk.tokens,
        "judge_tokens": evaluated,
        "max_logit_difference": float(np.abs(together - alone).max()),
        "same_ranking": same_ranking(score[0], score[1], model.tie_band),
        "judge_over_prefill": raw["judge_seconds"] / raw["prefill_seconds"],
        "judge_vs_calls": raw["calls_seconds"] / raw["judge_from_nothing_seconds"],
        "judge_vs_calls_cached": raw["calls_cached_seconds"] / raw["judge_seconds"],
        "judge_vs_json": raw["json_seconds"] / raw["judge_seconds"],
    }


def same_ranking(a: Any, b: Any, tie_band: float) -> bool:
    """Whether no two points further apart than the tie band change places."""
    differences = [np.subtract.outer(scores, scores) for scores in (a, b)]
    clear = np.minimum(*map(np.abs, differences)) > tie_band
    return bool((np.sign(differences[0]) == np.sign(differences[1]))[clear].all())
