"""How fast the language-model engine is beside the plain way: `python benchmarks/engine.py [--json] [--long]`.

All times are seconds on the wall's clock (`--clock processor` counts this process's processor time instead: for one
thread on a busy machine), medians over `--repeat` rounds in which the two sides of each ratio alternate, so that a slow
minute of the machine meets both. Loading is never included. The stock path is llama-cpp-python's `Llama`, with as many
threads and the same window, weights and adapter. Ratios mean:

follow_up_ttft_ratio   first token after a new turn of 120 tokens on a trunk of 1,500 / after it all from nothing
judge_over_prefill     verdicts on 7 points behind a trunk of 400 tokens / evaluating as many tokens behind it
judge_vs_calls         7 stock calls, cache reset before each / ours, from an empty memory too
judge_vs_calls_cached  7 stock calls that keep their prefix cache / ours with the trunk in memory
judge_vs_json          one stock call that writes 7 verdicts as JSON, prefix cached / ours with the trunk in memory
spec_free, spec_quote  tokens per second with speculation / without; as everything below about replies without the
                       judge's adapter, under which the bundled model describes a passage instead of copying it
spec_memory            peak memory of a process that drafts / of one that does not
spec_identical         share of greedy replies equal with and without; a near-tie that falls otherwise is none
warm_start_ratio       static beginning from disk / evaluated
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import engine_identity, engine_judging, engine_memory, engine_speculation, engine_turns
from benchmarks import engine_stock as stock
from benchmarks.engine_texts import CONTEXT
from benchmarks.engine_timing import CLOCKS, Raw, choose_clock
from coach.llm import hardware
from coach.llm.bundled import adapter_path, model_path
from coach.llm.fast_weights import prepared
from coach.llm.local import LlamaCppModel
from coach.paths import shared_cache

KEYS = (
    ("follow_up_ttft_ratio", "<= 0.15"), ("judge_over_prefill", "<= 1.3"), ("judge_vs_calls", ">= 3"),
    ("judge_vs_calls_cached", ">= 1.1"), ("judge_vs_json", ">= 3"), ("spec_free", ">= 0.97"), ("spec_quote", ">= 1.3"),
    ("spec_memory", "<= 1.15"), ("spec_identical", "= 1"), ("warm_start_ratio", "<= 0.3"), ("stock_spec_quote", ""),
    ("stock_spec_memory", ""),
)  # fmt: skip


def measure(path: Path, threads: int, repeat: int, *, long: bool, only: Sequence[str] = ()) -> Raw:
    """All ratios and what they were computed from; `only` names the sections to measure, none for all."""

    def judge() -> LlamaCppModel:
        return LlamaCppModel(path, adapter=adapter_path(), threads=threads, context_tokens=CONTEXT)

    def writer() -> LlamaCppModel:
        return LlamaCppModel(path, threads=threads, context_tokens=CONTEXT)

    def with_model(load: Callable[[], LlamaCppModel], work: Callable[[LlamaCppModel], Raw]) -> Raw:
        with closing(load()) as model:
            return work(model)

    def stock_judge() -> Any:
        return stock.load(path, adapter=adapter_path(), context_tokens=CONTEXT, threads=threads)

    sections: dict[str, Callable[[], Raw]] = {
        "turns": lambda: with_model(judge, lambda model: engine_turns.turns(model, repeat)),
        "judging": lambda: with_model(judge, lambda model: engine_judging.judging(model, stock_judge(), repeat)),
        "speculation": lambda: with_model(writer, lambda model: engine_speculation.speculation(model, repeat)),
        "identity": lambda: with_model(writer, lambda model: engine_identity.identity(model, 200 if long else 20)),
        "warm_start": lambda: engine_turns.warm_start(path, threads, repeat),
        "stock_speculation": lambda: engine_speculation.stock_speculation(path, threads, repeat),
        "memory": lambda: engine_memory.peak_memory(path, threads),
    }
    raw: Raw = {"threads": threads, "repeat": repeat, "model": path.stem, "adapter": bool(adapter_path())}
    for name, section in sections.items():
        if not only or name in only:
            started = time.perf_counter()
            raw |= (found := section())
            print(f"{name}, {time.perf_counter() - started:.0f} s: {json.dumps(found)}", file=sys.stderr, flush=True)
    return {name: round(raw.pop(name), 4) for name, _ in KEYS if name in raw} | {"raw": raw}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, and with `--json` one object as the last line."""
    parser = argparse.ArgumentParser(description="Engine benchmark.")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--long", action="store_true", help="200 replies for spec_identical, 15 rounds")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--model", type=Path, default=None)
    parser.add_argument("--clock", choices=sorted(CLOCKS), default="wall")
    parser.add_argument("--only", nargs="*", default=[], help="sections to measure, such as turns or judging")
    options = parser.parse_args(arguments)
    choose_clock(options.clock)
    path, threads = options.model or prepared(model_path(), shared_cache()), options.threads or hardware.usable_cores()
    results = measure(path, threads, 15 if options.long else options.repeat, long=options.long, only=options.only)
    for name, target in KEYS:
        if name in results:
            print(f"{name:<24}{results[name]:>10.3f}   {target}")
    for name, value in results["raw"].items():
        print(f"  {name:<34}{value:>12.4f}" if isinstance(value, float) else f"  {name:<34}{value!s:>12}")
    if options.json:
        print(json.dumps(results))


if __name__ == "__main__":
    main()
