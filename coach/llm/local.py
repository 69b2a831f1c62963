"""A language model in this process: llama.cpp with weights, adapter, chat template and one KV memory."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coach.llm import template
from coach.llm.context import Context, Settings
from coach.llm.memory import KvMemory
from coach.llm.trunk import LocalTrunk
from coach.llm.weights import Weights


class LlamaCppModel:
    """A `coach.ports.LanguageModel` on llama.cpp.

    path: GGUF file.  adapter: LoRA adapter as GGUF, on for everything this model does; when it cannot be used the model
    works without it and `adapter_problem` says why.
    Raises LlmUnavailable (missing, truncated, foreign file, unknown architecture, no memory).

    Threads: every method may be called from any thread; the model computes for one of them at a time.
    `stop()` breaks off what is running.
    """

    def __init__(
        self, path: Path, *, adapter: Path | None = None, context_tokens: int = 4096, threads: int = 0
    ) -> None:
        import os

        threads = threads or len(os.sched_getaffinity(0))
        self.weights = Weights(path, adapter=adapter)
        self.vocabulary = self.weights.vocabulary
        self.adapter_problem = self.weights.adapter_problem
        self.name = self.weights.head.name
        self.context = Context(
            self.weights, Settings(context_tokens=context_tokens, threads=threads, threads_batch=threads)
        )
        self.memory = KvMemory(self.context)
        self.context_tokens = self.context.capacity
        self.trunk_limit = self.context_tokens - min(512, self.context_tokens // 4)
        self._lock = threading.RLock()
        self._in_flight = 0
        self._count_lock = threading.Lock()
        bos = self.vocabulary.bos()
        bos_text = self.vocabulary.text_of(bos) if bos >= 0 else ""
        metadata = self.weights.head.metadata
        self._template = template.split(metadata.get("tokenizer.chat_template"), bos=bos_text)
        self._bos = [bos] if self.vocabulary.adds_bos and not self._template.before_system.startswith(bos_text) else []
        self.suffix = self.vocabulary.template(self._template.suffix)
        self.identity = self.weights.head.name

    def trunk(self, system: str, opening: str) -> LocalTrunk:
        """Start a trunk: system text, then `opening` as the beginning of the open user message."""
        return LocalTrunk(self, self.static_prefix(system) + self.vocabulary.data(opening))

    def static_prefix(self, system: str) -> list[int]:
        """Tokens of the template and the system text up to the open user message."""
        t, vocabulary = self._template, self.vocabulary
        return (
            self._bos
            + vocabulary.template(t.before_system)
            + vocabulary.data(system)
            + vocabulary.template(t.before_user)
        )

    @contextmanager
    def locked(self) -> Iterator[KvMemory]:
        """The memory, for the caller alone."""
        with self._lock:
            yield self.memory

    @contextmanager
    def working(self) -> Iterator[KvMemory]:
        """The memory for the caller alone, to compute with; `stop()` reaches it."""
        with self.in_flight(), self._lock:
            yield self.memory

    @contextmanager
    def in_flight(self) -> Iterator[None]:
        """Marks something that `stop()` is meant for. A stop that finds nothing in flight does nothing."""
        with self._count_lock:
            self._in_flight += 1
        try:
            yield
        finally:
            with self._count_lock:
                self._in_flight -= 1
                if self._in_flight == 0:
                    self.context.resume()

    def stop(self) -> None:
        """Break off whatever the model is doing, from any thread: streams end, other calls raise Stopped."""
        with self._count_lock:
            if self._in_flight:
                self.context.stop()

    def close(self) -> None:
        """Free all memory. The model and its trunks are of no use afterwards."""
        with self._lock:
            self.context.close()
            self.weights.close()
