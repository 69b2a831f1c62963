"""What the machine offers, and the choices that follow from it: threads, GPU layers, KV cache type, flash attention."""

import os
from dataclasses import dataclass, replace

from coach.errors import LlmUnavailable
from coach.llm import native
from coach.llm.context import Settings
from coach.llm.gguf_file import GgufHead

_SPARE_GPU_BYTES = 600 << 20  # compute buffers and what the desktop takes


def usable_cores() -> int:
    """Physical cores this process may run on, at least 1. Two hyper-threads of a core share the unit that matters."""
    import psutil

    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(allowed, psutil.cpu_count(logical=False) or allowed))


@dataclass(frozen=True, slots=True)
class Gpu:
    """A GPU that this build of llama.cpp can use.  memory in bytes."""

    name: str
    free_bytes: int
    total_bytes: int


def gpus() -> list[Gpu]:
    """GPUs that llama.cpp sees; empty for a build without GPU support."""
    if not native.library().llama_supports_gpu_offload():
        return []
    return [Gpu(name, free, total) for name, free, total in native.gpu_devices()]


def kv_bytes_per_token(head: GgufHead, kv_type: str) -> int:
    """Bytes that one token takes in KV memory, keys and values of all layers."""
    layers, heads = head.number("block_count") or 0, head.number("attention.head_count") or 1
    kv_heads = head.number("attention.head_count_kv") or heads
    width = head.number("attention.key_length") or (head.number("embedding_length") or 0) // heads
    bits = {"f16": 16.0, "q8_0": 8.5}[kv_type]  # q8_0: 32 values in 34 bytes
    return int(2 * layers * kv_heads * width * bits / 8)


def layers_that_fit(head: GgufHead, settings: Settings, free_bytes: int) -> int:
    """How many layers, the output layer counted, fit into `free_bytes` of GPU memory with their KV cells."""
    layers = (head.number("block_count") or 0) + 1
    needed = head.path.stat().st_size + settings.context_tokens * kv_bytes_per_token(head, settings.kv_type)
    usable = free_bytes - _SPARE_GPU_BYTES
    return layers if usable >= needed else max(0, int(layers * usable / needed))


def choose(head: GgufHead, wanted: Settings, *, kv_type: str = "auto", gpu_layers: int = -1) -> tuple[Settings, int]:
    """Settings and number of GPU layers for a model on this machine.

    kv_type "auto" is f16, or q8_0 when KV memory would take more than a quarter of the free memory. Flash attention is
    on where a GPU computes or the cache is quantised (llama.cpp demands it there); on a CPU it made single tokens
    1.35x and batches of eight 2.0x slower (400 tokens of context, AVX-512, llama-cpp-python 0.3.36).
    Raises LlmUnavailable for a window that this machine's memory cannot hold: Linux would grant it and then end the
    program.
    """
    import psutil

    devices = gpus() if gpu_layers else []
    free = sum(gpu.free_bytes for gpu in devices) if devices else psutil.virtual_memory().available
    if kv_type == "auto":
        room = wanted.context_tokens * kv_bytes_per_token(head, "f16")
        kv_type = "q8_0" if room > free // 4 else "f16"
    settings = replace(wanted, kv_type=kv_type)
    layers = 0 if not devices else (gpu_layers if gpu_layers >= 0 else layers_that_fit(head, settings, free))
    needed = wanted.context_tokens * kv_bytes_per_token(head, kv_type)
    if not devices and needed > free:
        raise LlmUnavailable(
            f"A window of {wanted.context_tokens:,} tokens takes {needed / 1e9:.1f} GB, and {free / 1e9:.1f} GB of "
            "memory are free.",
            "Lower `context_tokens` under [llm].",
        )
    return replace(settings, flash_attention=layers > 0 or kv_type != "f16"), layers
