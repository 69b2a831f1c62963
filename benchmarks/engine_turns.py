"""The time that a turn takes on a trunk in memory, and a start with the beginning on disk."""

import statistics
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.engine_texts import CONTEXT, POINTS, text_of
from benchmarks.engine_timing import Raw, medians, now, timed
from coach.dialogue import prompts
from coach.llm.bundled import adapter_path
from coach.llm.local import LlamaCppModel


def first_token(trunk: Any) -> None:
    """Run a reply up to its first token."""
    next(iter(trunk.stream(prompts.followup_branch(POINTS[1]), max_tokens=1)), None)


def turns(model: LlamaCppModel, repeat: int) -> Raw:
    """A follow-up turn against the whole prompt, and ten turns one after another."""
    opening, turn = text_of(model, 1500), text_of(model, 120, 1500)
    state: Raw = {"round": 0}

    def cold() -> float:
        state["round"] += 1
        system = f"{prompts.SYSTEM} Round {state['round']}."  # a system text not seen before: nothing is in memory
        started = now()
        state["trunk"] = model.trunk(system, opening)
        state["trunk"].extend(turn)
        first_token(state["trunk"])
        return now() - started

    def follow_up() -> float:
        before = model.context.evaluated
        seconds = timed(lambda: (state["trunk"].extend(turn), first_token(state["trunk"])))
        state["evaluated"] = model.context.evaluated - before
        state["trunk"].close()
        return seconds

    raw: Raw = medians(repeat, cold_seconds=cold, follow_up_seconds=follow_up)
    raw |= {
        "follow_up_tokens": state["evaluated"],
        "follow_up_ttft_ratio": raw["follow_up_seconds"] / raw["cold_seconds"],
    }
    tenth: list[float] = []
    for _ in range(max(3, repeat // 2)):
        trunk = model.trunk(prompts.SYSTEM, prompts.opening("What is overfitting?"))
        seconds = [timed(lambda: (trunk.extend(turn), first_token(trunk))) for _ in range(10)]  # noqa: B023
        tenth.append(seconds[9] / seconds[1])
        trunk.close()
    return raw | {"turn_10_over_turn_2": statistics.median(tenth)}


def warm_start(path: Path, threads: int, repeat: int) -> Raw:
    """The static beginning, evaluated and read from disk, each time into an empty memory."""
    with tempfile.TemporaryDirectory() as folder:
        model = LlamaCppModel(path, adapter=adapter_path(), threads=threads, context_tokens=CONTEXT)
        saving = LlamaCppModel(
            path, adapter=adapter_path(), threads=threads, context_tokens=CONTEXT, states=Path(folder)
        )
        tokens = model.static_prefix(prompts.SYSTEM)

        def start(of: LlamaCppModel) -> float:
            of.forget_beginnings()
            return timed(lambda: of.hold_beginning(tokens))

        raw: Raw = medians(
            max(repeat, 7), cold_prefix_seconds=lambda: start(model), warm_prefix_seconds=lambda: start(saving)
        )
        model.close()
        saving.close()
    return raw | {
        "prefix_tokens": len(tokens),
        "warm_start_ratio": raw["warm_prefix_seconds"] / raw["cold_prefix_seconds"],
    }
