"""Speeds of a loaded model, measured for `coach doctor`."""

import statistics
import time
from dataclasses import dataclass

from coach.llm import hardware
from coach.llm.local import LlamaCppModel

_TEXT = "A learning curve plots the error on training and validation data against the number of examples. "
_PROMPT_TOKENS = 256
_REPLY_TOKENS = 32


@dataclass(frozen=True, slots=True)
class Speeds:
    """prefill and decode in tokens per second, as measured.  memory_bytes: resident size of this process.

    warning: "" unless something stands in the way of speed, such as a GPU that this build does not use.
    """

    prefill_tokens_per_s: float
    decode_tokens_per_s: float
    gpu_layers: int
    layers: int
    threads: int
    context_tokens: int
    kv_type: str
    memory_bytes: int
    warning: str


def speeds(model: LlamaCppModel, *, gpu_seen: bool = False) -> Speeds:
    """Measure prefill of 256 tokens and 32 single steps, each the median of three.

    gpu_seen: whether the machine has a GPU according to somebody else (PyTorch), to warn when it is idle.
    """
    import psutil

    text = _TEXT * (_PROMPT_TOKENS // len(model.vocabulary.data(_TEXT)) + 1)
    prefill, decode = [], []
    for i in range(3):
        trunk = model.trunk("You are a helpful assistant.", f"{i}.")
        started = time.perf_counter()
        evaluated = trunk.extend(text)
        prefill.append(evaluated / (time.perf_counter() - started))
        decode.append(_decode_rate(model, trunk))
        trunk.close()
    settings = model.context.settings
    return Speeds(
        statistics.median(prefill),
        statistics.median(decode),
        model.weights.gpu_layers,
        model.weights.layers,
        model.context.threads,
        model.context_tokens,
        settings.kv_type,
        psutil.Process().memory_info().rss,
        idle_gpu(model, gpu_seen=gpu_seen),
    )


def _decode_rate(model: LlamaCppModel, trunk: "object") -> float:
    speculation, model.speculation = model.speculation, False
    stream = trunk.stream("\nTell me more about it, at length.", max_tokens=_REPLY_TOKENS)  # type: ignore[attr-defined]
    next(stream, None)
    evaluated, started = model.context.evaluated, time.perf_counter()
    for _ in stream:
        pass
    seconds = time.perf_counter() - started
    model.speculation = speculation
    steps = model.context.evaluated - evaluated
    return steps / seconds if steps else 0.0


def idle_gpu(model: LlamaCppModel, *, gpu_seen: bool) -> str:
    """Why a GPU that is there does not compute, and what to do; "" if one does or none is there."""
    if model.weights.gpu_layers:
        return ""
    if hardware.gpus():
        return "A GPU is there, but no layer of the model fits on it. Choose a smaller model or lower `context_tokens`."
    if gpu_seen:
        return "A GPU is there, but llama.cpp was built without it. Run `make install GPU=1`."
    return ""
