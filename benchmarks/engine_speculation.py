"""Replies with drafts and without: speed of ours and of the stock path's."""

import difflib
import statistics
from pathlib import Path
from typing import Any

from benchmarks import engine_stock as stock
from benchmarks.engine_texts import CONTEXT, FREE, HELPFUL, PASSAGE, QUOTE
from benchmarks.engine_timing import Raw, medians, now
from coach.llm.local import LlamaCppModel


def stream_rate(model: LlamaCppModel, text: str, tokens: int, *, speculation: bool) -> float:
    """Tokens per second of one reply, its prompt already evaluated."""
    model.speculation = speculation
    trunk = model.trunk(HELPFUL, text)
    started = now()
    produced = len(model.vocabulary.data("".join(trunk.stream("", max_tokens=tokens))))
    seconds = now() - started
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


def stock_speculation(path: Path, threads: int, repeat: int) -> Raw:
    """Tokens per second of the stock path on the same quotation, with its own prompt look-up and without."""
    plain = stock.load(path, adapter=None, context_tokens=CONTEXT, threads=threads)
    lookup = stock.load(path, adapter=None, context_tokens=CONTEXT, threads=threads, lookup=True)

    def rate(llama: Any) -> float:
        # The whole time of a call with a warm prefix cache: the stock path does not tell prompt and reply apart.
        started = now()
        reply = llama.create_chat_completion(stock.messages(HELPFUL, QUOTE), max_tokens=128, temperature=0.0)
        return float(reply["usage"]["completion_tokens"] / (now() - started))

    raw: Raw = medians(
        min(repeat, 5),
        stock_quote_plain_tokens_per_s=lambda: rate(plain),
        stock_quote_spec_tokens_per_s=lambda: rate(lookup),
    )
    ratio = raw["stock_quote_spec_tokens_per_s"] / raw["stock_quote_plain_tokens_per_s"]
    return raw | {"stock_spec_quote": ratio}
