"""One llama.cpp context: evaluates batches of tokens, each for its own sequence and position, and reads logits.

Everything above this file speaks of tokens, sequences and rows of logits; everything below is C.
"""

import ctypes
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from coach.errors import ContextFull, LlmUnavailable, Stopped
from coach.llm import native
from coach.llm.threads import ThreadTuner
from coach.llm.weights import Weights

T = TypeVar("T")
Logits = npt.NDArray[np.float32]

KV_TYPES = {"f16": 1, "q8_0": 8}  # ggml type numbers
_FLASH_OFF, _FLASH_ON = 0, 1
_NO_SLOT, _ABORTED = 1, 2  # results of llama_decode


@dataclass(frozen=True, slots=True)
class Settings:
    """How a context is set up.

    batch_tokens: evaluated at once at most.  kv_type: "f16" or "q8_0", the latter only with flash attention.
    adapt_threads: use fewer than `threads` while others keep the machine busy.
    """

    context_tokens: int = 4096
    batch_tokens: int = 512
    sequences: int = 64
    threads: int = 1
    kv_type: str = "f16"
    flash_attention: bool = False
    adapt_threads: bool = False


@dataclass(frozen=True, slots=True)
class Token:
    """A token to evaluate: at `position` of every sequence in `sequences`; `wanted`: its logits are read."""

    id: int
    position: int
    sequences: tuple[int, ...]
    wanted: bool = False


class Context:
    """KV memory and computation for one model. Not thread-safe; `local.LlamaCppModel` holds the lock.

    evaluated: tokens evaluated since the start, the count that tests and benchmarks read.
    """

    def __init__(self, weights: Weights, settings: Settings) -> None:
        self._llama = llama_cpp = native.library()
        self.weights = weights
        # A larger batch than the window ends the program in llama.cpp.
        self.settings = settings = replace(settings, batch_tokens=min(settings.batch_tokens, settings.context_tokens))
        self.evaluated = 0
        self._abort = ctypes.create_string_buffer(2)  # holds "" (go on) or "\1" (stop)
        self._context = self._create()
        self._memory = llama_cpp.llama_get_memory(self._context)
        self.capacity: int = llama_cpp.llama_n_ctx(self._context)
        self._batch = _Batch(llama_cpp, settings.batch_tokens, settings.sequences)
        weights.attach_adapter(self._context)
        self.threads = settings.threads
        self._tuner = ThreadTuner(settings.threads) if settings.adapt_threads else None
        if self._tuner:
            self._set_threads(self._tuner.current)

    def _set_threads(self, threads: int) -> None:
        if threads != self.threads:
            self._llama.llama_set_n_threads(self._context, threads, threads)
            self.threads = threads

    def _create(self) -> Any:
        p = self._llama.llama_context_default_params()
        s = self.settings
        p.n_ctx, p.n_batch, p.n_ubatch = s.context_tokens, s.batch_tokens, s.batch_tokens
        p.n_seq_max, p.kv_unified = s.sequences, True  # branches share the trunk's cells
        p.n_threads, p.n_threads_batch = s.threads, s.threads
        p.type_k = p.type_v = KV_TYPES[s.kv_type]
        p.flash_attn_type = _FLASH_ON if s.flash_attention else _FLASH_OFF
        p.n_outputs_max = s.sequences  # rows of logits; by default room is reserved for a whole batch of them
        p.no_perf = True
        self._stop_function = _reads_first_byte(self._llama.ggml_abort_callback)
        p.abort_callback = self._stop_function
        p.abort_callback_data = ctypes.addressof(self._abort)
        native.clear()
        context = self._llama.llama_init_from_model(self.weights.model, p)
        if not context:
            cause = native.last_error() or "no reason given"
            raise LlmUnavailable(
                f"No room for a window of {s.context_tokens} tokens: {cause}.", "Lower `context_tokens` under [llm]."
            )
        return context

    def evaluate(self, tokens: Sequence[Token], read: Callable[[Logits], T]) -> list[T]:
        """Evaluate tokens in order; return `read(row)` for each wanted one, row (vocabulary,) valid during the call.

        Raises NoRoom when KV memory is full (what was evaluated before stays), Stopped after `stop()`.
        """
        results: list[T] = []
        for start in range(0, len(tokens), self.settings.batch_tokens):
            part = tokens[start : start + self.settings.batch_tokens]
            self._decode(part)
            results += [read(self._row(i)) for i, token in enumerate(part) if token.wanted]
        return results

    def _decode(self, tokens: Sequence[Token]) -> None:
        if self._context is None or self._abort.raw[0]:  # closed at the end of the program, or stopped
            raise Stopped()
        batch, wall, processor = self._batch.fill(tokens), time.perf_counter(), time.process_time()
        code = self._llama.llama_decode(self._context, batch)
        if code == _NO_SLOT:
            raise NoRoom(f"No room for {len(tokens)} more tokens in a window of {self.capacity}.")
        if code == _ABORTED:
            raise Stopped()
        if code != 0:
            raise LlmUnavailable(f"llama.cpp failed (code {code}). {native.last_error()}", "Run `coach doctor`.")
        self.evaluated += len(tokens)
        if self._tuner:
            now = time.perf_counter()
            self._tuner.record(now - wall, time.process_time() - processor, now)
            self._set_threads(self._tuner.current)

    def _row(self, index: int) -> Logits:
        pointer = self._llama.llama_get_logits_ith(self._context, index)
        return np.ctypeslib.as_array(pointer, (self.weights.vocabulary.size,))

    def stop(self) -> None:
        """Break off the evaluation in progress, from any thread; the flag stays up until `resume()`."""
        self._abort[0] = b"\1"

    def resume(self) -> None:
        """Take the stop flag down."""
        self._abort[0] = b"\0"

    def share(self, source: int, target: int, length: int) -> None:
        """Let sequence `target` see the first `length` tokens of `source`; no token is computed or copied."""
        self._llama.llama_memory_seq_cp(self._memory, source, target, 0, length)

    def cut(self, sequence: int, length: int = 0) -> None:
        """Forget everything of a sequence behind its first `length` tokens."""
        if self._context is not None:  # a reply may still be tidying up when the program ends
            self._llama.llama_memory_seq_rm(self._memory, sequence, length, -1)

    def save(self, sequence: int) -> bytes:
        """The KV state of one sequence."""
        size = self._llama.llama_state_seq_get_size(self._context, sequence)
        buffer = (ctypes.c_uint8 * size)()
        written = self._llama.llama_state_seq_get_data(self._context, buffer, size, sequence)
        return bytes(memoryview(buffer)[:written])

    def restore(self, sequence: int, state: bytes, length: int) -> bool:
        """Put a saved state of `length` tokens into an empty sequence; False when llama.cpp refuses it."""
        buffer = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        if not self._llama.llama_state_seq_set_data(self._context, buffer, len(state), sequence):
            return False
        return bool(self._llama.llama_memory_seq_pos_max(self._memory, sequence) == length - 1)

    def close(self) -> None:
        """Free KV memory and buffers."""
        if self._context:
            self._llama.llama_free(self._context)
            self._context = None


class NoRoom(ContextFull):
    """KV memory is full at this moment; other sequences may be given up for it."""


class _Batch:
    """The arrays behind a `llama_batch`, filled through NumPy and reused."""

    def __init__(self, llama: Any, tokens: int, sequences: int) -> None:
        self._token = np.zeros(tokens, np.int32)
        self._position = np.zeros(tokens, np.int32)
        self._count = np.zeros(tokens, np.int32)
        self._wanted = np.zeros(tokens, np.int8)
        self._sequence = np.zeros((tokens, sequences), np.int32)
        row = ctypes.POINTER(ctypes.c_int32)
        self._rows = (row * tokens)(*(self._sequence[i].ctypes.data_as(row) for i in range(tokens)))
        self._batch = llama.llama_batch()
        self._batch.token = self._token.ctypes.data_as(row)
        self._batch.pos = self._position.ctypes.data_as(row)
        self._batch.n_seq_id = self._count.ctypes.data_as(row)
        self._batch.seq_id = ctypes.cast(self._rows, ctypes.POINTER(row))
        self._batch.logits = self._wanted.ctypes.data_as(ctypes.POINTER(ctypes.c_int8))

    def fill(self, tokens: Sequence[Token]) -> Any:
        """The C structure holding these tokens; valid until the next call."""
        for i, token in enumerate(tokens):
            self._token[i] = token.id
            self._position[i] = token.position
            self._wanted[i] = token.wanted
            self._count[i] = len(token.sequences)
            self._sequence[i, : len(token.sequences)] = token.sequences
        self._batch.n_tokens = len(tokens)
        return self._batch


def _reads_first_byte(callback_type: Any) -> Any:
    """A C function that llama.cpp calls before each graph node: true once the first byte of its data is not zero.

    `strlen` is such a function (0 for an empty string). A Python callback would do, but it would take the interpreter
    lock some seven hundred times a token.
    """
    library = ctypes.cdll.msvcrt if os.name == "nt" else ctypes.CDLL(None)
    return ctypes.cast(library.strlen, callback_type)
