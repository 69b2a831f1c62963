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
import difflib
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import engine_stock as stock
from coach.dialogue import prompts
from coach.llm import hardware
from coach.llm.bundled import adapter_path, model_path
from coach.llm.fast_weights import prepared
from coach.llm.generation import Reply
from coach.llm.local import LlamaCppModel
from coach.llm.sampling import Greedy
from coach.paths import shared_cache
from coach.scoring.llm_judge import VERDICT_WORDS, branch

ROOT = Path(__file__).parents[1]
CONTEXT = 4096
HELPFUL = "You are a helpful assistant."
POINTS = (
    "Overfitting means that the model fits noise in the training data.",
    "The gap between training and validation error shows it.",
    "Regularisation such as weight decay reduces it.",
    "More or augmented training data reduces it.",
    "Early stopping ends training when validation error rises.",
    "A model with more capacity than the data supports is prone to it.",
    "Cross-validation gives an estimate that does not reuse training examples.",
)
ANSWER = (
    "Overfitting is when the network learns the noise of the training set by heart. You notice because the training "
    "error keeps falling while the validation error turns up. I would add weight decay or dropout, stop at the best "
    "validation epoch, and collect or augment data if I can. "
)
FREE = (
    "Explain what overfitting is and how to avoid it.",
    "Tell me how a neural network learns.",
    "What should I look at when my model performs badly on new data?",
)
PASSAGE = (
    "Gradient descent moves the weights against the gradient of the loss. With a large learning rate the steps "
    "overshoot and the loss may grow; with a small one training takes long and can stall on plateaus. Momentum "
    "keeps a velocity, a decaying sum of past gradients, so that steady directions gain speed and zigzag directions "
    "cancel. Adam divides each step by a running estimate of the gradient's size, which makes the choice of the "
    "learning rate less delicate, but it can generalise slightly worse than plain momentum on some vision tasks. A "
    "schedule that warms up and then decays the rate is common in the training of large transformer models today."
)
QUOTE = f"Text: The cat sat.\nCopy: The cat sat.\n\nText: {PASSAGE}\nCopy: {PASSAGE}\n\nText: {PASSAGE}\nCopy:"
Raw = dict[str, Any]
CLOCKS: dict[str, Callable[[], float]] = {"wall": time.perf_counter, "processor": time.process_time}
CLOCK = CLOCKS["wall"]


def timed(work: Callable[[], object]) -> float:
    """Seconds of one call."""
    started = CLOCK()
    work()
    return CLOCK() - started


def medians(repeat: int, **sides: Callable[[], float]) -> dict[str, float]:
    """Median seconds of each side, the sides taking turns; the first round warms up and is not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for round_ in range(repeat + 1):
        for name, side in sides.items():
            seconds[name] += [side()] if round_ else [side()][:0]
    return {name: statistics.median(values) for name, values in seconds.items()}


def text_of(model: LlamaCppModel, tokens: int, skip: int = 0) -> str:
    """Text of the shipped bank that is about `tokens` tokens long."""
    text = "".join(path.read_text("utf-8") for path in sorted((ROOT / "corpus" / "fundamentals").glob("*.md")))
    ids = model.vocabulary.data(text)[skip : skip + tokens]
    return b"".join(map(model.vocabulary.bytes_of, ids)).decode("utf-8", "ignore")


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
        started = CLOCK()
        state["trunk"] = model.trunk(system, opening)
        state["trunk"].extend(turn)
        first_token(state["trunk"])
        return CLOCK() - started

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


def stream_rate(model: LlamaCppModel, text: str, tokens: int, *, speculation: bool) -> float:
    """Tokens per second of one reply, its prompt already evaluated."""
    model.speculation = speculation
    trunk = model.trunk(HELPFUL, text)
    started = CLOCK()
    produced = len(model.vocabulary.data("".join(trunk.stream("", max_tokens=tokens))))
    seconds = CLOCK() - started
    trunk.close()
    model.speculation = True
    return produced / seconds


def speculation(model: LlamaCppModel, repeat: int) -> Raw:
    """Tokens per second with and without drafts, on free text and on a passage that stands in the prompt."""
    raw: Raw = {}
    length = len(model.vocabulary.data(PASSAGE))
    for name, texts, tokens in (("free", FREE, 96), ("quote", [QUOTE], length)):
        for i, text in enumerate(texts):
            rates = medians(
                repeat,
                **{
                    f"{name}_{i}_plain_tokens_per_s": lambda: stream_rate(model, text, tokens, speculation=False),  # noqa: B023
                    f"{name}_{i}_spec_tokens_per_s": lambda: stream_rate(model, text, tokens, speculation=True),  # noqa: B023
                },
            )
            raw |= rates
    for name, texts in (("free", FREE), ("quote", [QUOTE])):
        ratios = [
            raw[f"{name}_{i}_spec_tokens_per_s"] / raw[f"{name}_{i}_plain_tokens_per_s"] for i in range(len(texts))
        ]
        raw[f"spec_{name}"] = statistics.median(ratios)
    trunk = model.trunk(HELPFUL, QUOTE)
    copied = "".join(trunk.stream("", max_tokens=length))
    trunk.close()
    alike = difflib.SequenceMatcher(None, copied, PASSAGE, autojunk=False).ratio()
    return raw | {"quote_tokens": length, "quote_alike": alike}


class Margins(Greedy):
    """Greedy, and by how much each choice beat the second best."""

    def __init__(self) -> None:
        self.margins: list[float] = []

    def choose(self, row: Any) -> int:
        """The likeliest token."""
        second, first = np.partition(row, -2)[-2:]
        self.margins.append(float(first - second))
        return super().choose(row)


def greedy_reply(model: LlamaCppModel, text: str, *, speculation: bool) -> tuple[list[int], list[float]]:
    """Tokens of a greedy reply and, without drafts, the margin of each."""
    model.speculation, chooser = speculation, Margins()
    trunk = model.trunk(HELPFUL, text)
    reply = Reply(model, trunk._strand, model.suffix, chooser, [])
    tokens = [token for batch in reply.tokens(48) for token in batch]
    reply.close()
    trunk.close()
    model.speculation = True
    return tokens, chooser.margins


def identity(model: LlamaCppModel, count: int) -> Raw:
    """Share of equal greedy replies to questions of the bank, half of them asking for a quotation."""
    headings = [
        line[3:]
        for path in sorted((ROOT / "corpus").glob("*/*.md"))
        for line in path.read_text("utf-8").splitlines()
        if line.startswith("## ")
    ]
    exact = near_ties = 0
    for i in range(count):
        text = headings[i * 7 % len(headings)]
        if i % 2:
            text = f"Text: {text}\nCopy: {text}\n\nText: {text} {text}\nCopy:"
        (plain, margins), (drafted, _) = (greedy_reply(model, text, speculation=on) for on in (False, True))
        differs = next((k for k, (a, b) in enumerate(zip(plain, drafted, strict=False)) if a != b), None)
        exact += plain == drafted
        near_ties += differs is not None and margins[differs] < model.tie_band
    return {"replies": count, "exact": exact, "near_ties": near_ties, "spec_identical": (exact + near_ties) / count}


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


def stock_speculation(path: Path, threads: int, repeat: int) -> Raw:
    """Tokens per second of the stock path on the same quotation, with its own prompt look-up and without."""
    plain = stock.load(path, adapter=None, context_tokens=CONTEXT, threads=threads)
    lookup = stock.load(path, adapter=None, context_tokens=CONTEXT, threads=threads, lookup=True)

    def rate(llama: Any) -> float:
        # The whole time of a call with a warm prefix cache: the stock path does not tell prompt and reply apart.
        started = CLOCK()
        reply = llama.create_chat_completion(stock.messages(HELPFUL, QUOTE), max_tokens=128, temperature=0.0)
        return float(reply["usage"]["completion_tokens"] / (CLOCK() - started))

    raw: Raw = medians(
        min(repeat, 5),
        stock_quote_plain_tokens_per_s=lambda: rate(plain),
        stock_quote_spec_tokens_per_s=lambda: rate(lookup),
    )
    ratio = raw["stock_quote_spec_tokens_per_s"] / raw["stock_quote_plain_tokens_per_s"]
    return raw | {"stock_spec_quote": ratio}


def peak_memory(path: Path, threads: int) -> Raw:
    """Peak resident bytes of processes that each write one quotation."""
    raw: Raw = {}
    for kind in ("ours", "ours_spec", "stock", "stock_spec"):
        command = [sys.executable, __file__, "--child", kind, "--model", str(path), "--threads", str(threads)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        raw[f"{kind}_peak_bytes"] = int(done.stdout.split()[-1])
    return raw | {
        "spec_memory": raw["ours_spec_peak_bytes"] / raw["ours_peak_bytes"],
        "stock_spec_memory": raw["stock_spec_peak_bytes"] / raw["stock_peak_bytes"],
    }


def child(kind: str, path: Path, threads: int) -> None:
    """Write one quotation and print the peak resident size in bytes."""
    if kind.startswith("ours"):
        model = LlamaCppModel(path, threads=threads, context_tokens=CONTEXT)
        stream_rate(model, QUOTE, 128, speculation=kind.endswith("spec"))
    else:
        lookup = kind.endswith("spec")
        llama = stock.load(path, adapter=None, context_tokens=CONTEXT, threads=threads, lookup=lookup)
        llama.create_chat_completion(stock.messages(HELPFUL, QUOTE), max_tokens=128, temperature=0.0)
    print(peak_resident_bytes())


def peak_resident_bytes() -> int:
    """Peak of this program alone: on Linux `ru_maxrss` remembers the process that started it as well."""
    status = Path("/proc/self/status")
    if status.exists():
        return 1024 * int(next(line for line in status.read_text().splitlines() if "VmHWM" in line).split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


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
        "turns": lambda: with_model(judge, lambda model: turns(model, repeat)),
        "judging": lambda: with_model(judge, lambda model: judging(model, stock_judge(), repeat)),
        "speculation": lambda: with_model(writer, lambda model: speculation(model, repeat)),
        "identity": lambda: with_model(writer, lambda model: identity(model, 200 if long else 20)),
        "warm_start": lambda: warm_start(path, threads, repeat),
        "stock_speculation": lambda: stock_speculation(path, threads, repeat),
        "memory": lambda: peak_memory(path, threads),
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
    parser.add_argument("--child", default="", help=argparse.SUPPRESS)
    parser.add_argument("--clock", choices=sorted(CLOCKS), default="wall")
    parser.add_argument("--only", nargs="*", default=[], help="sections to measure, such as turns or judging")
    options = parser.parse_args(arguments)
    globals()["CLOCK"] = CLOCKS[options.clock]
    path, threads = options.model or prepared(model_path(), shared_cache()), options.threads or hardware.usable_cores()
    if options.child:
        child(options.child, path, threads)
        return
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
