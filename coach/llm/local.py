"""A language model in this process: llama.cpp with weights, adapter, chat template and one KV memory."""

import atexit
import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from coach.errors import LlmUnavailable
from coach.llm import hardware, identity, template
from coach.llm.context import Context, Settings
from coach.llm.draft_model import DraftModel
from coach.llm.gguf_file import read_head
from coach.llm.memory import KvMemory, Strand
from coach.llm.speculate import StepCosts
from coach.llm.state_cache import StateCache
from coach.llm.trunk import LocalTrunk
from coach.llm.weights import Weights

ROOTS = 4  # system texts whose state stays in memory
WORTH_SAVING = 256  # tokens; a shorter trunk is evaluated again faster than it is worth a file


class LlamaCppModel:
    """A `coach.ports.LanguageModel` on llama.cpp.

    path: GGUF file.  adapter: LoRA adapter as GGUF, on for everything this model does.  draft: a smaller GGUF with the
    same vocabulary.  states: folder for computed states, None for none.  threads, gpu_layers, kv_type: 0, -1 and "auto"
    choose by the machine.  speculation: whether replies may be drafted.
    An adapter or draft model that cannot be used is left out, and `problems` says why.
    Raises LlmUnavailable: missing, truncated or foreign file, unknown architecture, not enough memory.

    Every method may be called from any thread; the model computes for one of them at a time.
    """

    def __init__(
        self,
        path: Path,
        *,
        adapter: Path | None = None,
        draft: Path | None = None,
        states: Path | None = None,
        context_tokens: int = 4096,
        threads: int = 0,
        gpu_layers: int = -1,
        kv_type: str = "auto",
        speculation: bool = True,
    ) -> None:
        cores = threads or hardware.usable_cores()
        wanted = Settings(context_tokens, threads=cores, adapt_threads=not threads)
        settings, layers = hardware.choose(read_head(path), wanted, kv_type=kv_type, gpu_layers=gpu_layers)
        self.weights = Weights(path, gpu_layers=layers, adapter=adapter)
        self.problems = [self.weights.adapter_problem] if self.weights.adapter_problem else []
        self.vocabulary = self.weights.vocabulary
        self.name = path.stem
        try:
            self._read_template()
            self.context = Context(self.weights, settings)
        except LlmUnavailable:
            self.weights.close()
            raise
        self.memory = KvMemory(self.context)
        self.context_tokens = self.context.capacity
        self.trunk_limit = self.context_tokens - min(512, self.context_tokens // 4)
        self.speculation = speculation
        self.step_costs = StepCosts(on_gpu=layers > 0)
        self.draft_model = self._load_draft(draft, settings, layers)
        self._states = StateCache(states, f"{self.identity} {settings.kv_type} {layers}") if states else None
        self._roots: list[Strand] = []
        self._open: list[LocalTrunk] = []
        self._lock = threading.RLock()
        self._in_flight = 0
        self._count_lock = threading.Lock()
        atexit.register(_close, weakref.ref(self))

    def _read_template(self) -> None:
        vocabulary = self.vocabulary
        source = self.weights.head.metadata.get("tokenizer.chat_template")
        bos, eos = vocabulary.special_text(vocabulary.bos()), vocabulary.special_text(vocabulary.eos())
        self.template = template.split(source, bos=bos, eos=eos)
        begins_with_bos = bool(bos) and self.template.before_system.startswith(bos)
        self._bos = [vocabulary.bos()] if vocabulary.adds_bos and not begins_with_bos else []
        self.suffix = vocabulary.template(self.template.suffix)
        self.identity = identity.of_model(self.weights.head, self.weights.adapter_path)

    def _load_draft(self, path: Path | None, settings: Settings, gpu_layers: int) -> DraftModel | None:
        if path is None:
            return None
        try:
            return DraftModel(path, self.vocabulary, settings, gpu_layers=-1 if gpu_layers else 0)
        except LlmUnavailable as error:
            self.problems.append(f"Drafting goes on without the draft model. {error.message}")
            return None

    @property
    def runs_with_adapter(self) -> bool:
        """Whether a named adapter is really in use."""
        return self.weights.adapter_path is not None

    @property
    def tie_band(self) -> float:
        """Logits of a drafted batch that lie closer than this are evaluated again one by one.

        Batches and single tokens round differently. Measured on the bundled model over 96 tokens, flash attention off:
        the difference between the best two logits moves by 0.05 (median) and at most 0.40 in Q8_0 and 0.48 in Q4_1, by
        0.10 and at most 0.49 with our adapter, and by the same for batches of 4 to 32.
        """
        return 0.5

    def trunk(self, system: str, opening: str) -> LocalTrunk:
        """Start a trunk: system text, then `opening` as the beginning of the open user message."""
        static = self.static_prefix(system)
        with self.working():
            self.hold_beginning(static)
            trunk = LocalTrunk(self, static + self.vocabulary.data(opening), self._states)
        self._open.append(trunk)
        return trunk

    def static_prefix(self, system: str) -> list[int]:
        """Tokens of the template and the system text, up to where the user message begins."""
        pieces, vocabulary = self.template, self.vocabulary
        before, between = vocabulary.template(pieces.before_system), vocabulary.template(pieces.before_user)
        return [*self._bos, *before, *vocabulary.data(system), *between]

    def hold_beginning(self, static: Sequence[int]) -> None:
        """Have a static beginning in memory, from disk when it is there, so that every trunk starts with it."""
        known = next((root for root in self._roots if root.tokens == static), None)
        if known is None:
            if len(self._roots) == ROOTS:
                self.memory.drop(self._roots.pop(0))
            known = self.memory.new(static)
            self._roots.append(known)
        if known.standing == len(static):
            return
        saved = self._states.load(static) if self._states else None
        if saved and self.memory.put(known, saved[1]):
            return
        self.memory.stand(known)
        if self._states:
            self._states.save(static, self.context.save(known.sequence))

    def forget_beginnings(self) -> None:
        """Give up the memory of all static beginnings."""
        while self._roots:
            self.memory.drop(self._roots.pop())

    def forget(self, trunk: LocalTrunk) -> None:
        """Called by a trunk that was closed."""
        if trunk in self._open:
            self._open.remove(trunk)

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
                    self._raise_flag(False)

    def stop(self) -> None:
        """Break off whatever the model is doing, from any thread: streams end, other calls raise Stopped."""
        with self._count_lock:
            if self._in_flight:
                self._raise_flag(True)

    def _raise_flag(self, up: bool) -> None:
        for context in (self.context, self.draft_model):
            if context is not None:
                (context.stop if up else context.resume)()

    def close(self) -> None:
        """Save the trunks that are still open, for the interview to go on later, and free all memory."""
        with self._lock:
            for trunk in list(self._open):
                if self._states and trunk.tokens >= WORTH_SAVING:
                    trunk.save(self._states)
                trunk.close()
            if self.draft_model:
                self.draft_model.close()
            self.context.close()
            self.weights.close()


def _close(model: "weakref.ref[LlamaCppModel]") -> None:
    """At the end of the program: whoever quits in the middle of an interview finds its state saved."""
    if (found := model()) is not None:
        found.close()
