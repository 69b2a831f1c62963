"""The path that llama-cpp-python offers by itself, set up as well as its interface allows, to measure ours against."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from coach.llm import native
from coach.llm.weights import may_use_amx

VERDICTS = ("covered", "partial", "missing", "contradicted")


def load(path: Path, *, adapter: Path | None, context_tokens: int, threads: int, lookup: bool = False) -> Any:
    """A `llama_cpp.Llama`; with `lookup` its own prompt-lookup speculation, ten tokens at a time as its readme says."""
    llama_cpp = native.library()
    _spare_amx(llama_cpp)
    draft = None
    if lookup:
        from llama_cpp.llama_speculative import LlamaPromptLookupDecoding

        draft = LlamaPromptLookupDecoding(num_pred_tokens=10)
    return llama_cpp.Llama(
        str(path),
        n_ctx=context_tokens,
        n_gpu_layers=-1 if llama_cpp.llama_supports_gpu_offload() else 0,
        n_threads=threads,
        n_threads_batch=threads,
        lora_path=str(adapter) if adapter else None,
        draft_model=draft,
        logits_all=lookup,  # without it the look-up fails as soon as prompt and reply pass 512 tokens
        verbose=False,
    )


def _spare_amx(llama_cpp: Any) -> None:
    """Where a virtual machine announces tile units that it cannot run, the stock path would crash: see `weights`."""
    defaults = llama_cpp.llama_cpp.llama_model_default_params
    if not may_use_amx(llama_cpp) or getattr(defaults, "spares_amx", False):
        return

    def without_extra_buffers() -> Any:
        parameters = defaults()
        parameters.use_extra_bufts = False
        return parameters

    without_extra_buffers.spares_amx = True  # type: ignore[attr-defined]
    llama_cpp.llama_cpp.llama_model_default_params = without_extra_buffers


def messages(system: str, text: str) -> list[dict[str, str]]:
    """One chat of a system text and a user message."""
    return [{"role": "system", "content": system}, {"role": "user", "content": text}]


def judge_by_calls(llama: Any, system: str, trunk: str, branches: Sequence[str], *, keep_cache: bool) -> None:
    """One chat completion of one token for each point."""
    for branch in branches:
        if not keep_cache:
            llama.reset()
        llama.create_chat_completion(messages(system, trunk + branch), max_tokens=1, temperature=0.0)


def judge_by_json(llama: Any, system: str, trunk: str, points: Sequence[str]) -> int:
    """One chat completion that writes a list of verdicts under a schema; returns how many came out readable."""
    listed = "\n".join(f"{i + 1}. {point}" for i, point in enumerate(points))
    ask = f"{trunk}\nKey points:\n{listed}\nGive a verdict on each of the {len(points)} key points, in order, as JSON."
    item = {
        "type": "object",
        "properties": {"point": {"type": "integer"}, "verdict": {"enum": list(VERDICTS)}},
        "required": ["point", "verdict"],
    }
    schema = {"type": "array", "items": item, "minItems": len(points), "maxItems": len(points)}
    reply = llama.create_chat_completion(
        messages(system, ask),
        max_tokens=40 * len(points),
        temperature=0.0,
        response_format={"type": "json_object", "schema": schema},
    )
    try:
        return len(json.loads(reply["choices"][0]["message"]["content"]))
    except (json.JSONDecodeError, TypeError):
        return 0
