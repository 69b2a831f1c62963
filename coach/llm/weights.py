"""Weights and adapter in memory: loading, and saying plainly why it did not work."""

import ctypes
from pathlib import Path
from typing import Any

from coach.errors import LlmUnavailable
from coach.llm import gguf_file, native
from coach.llm.vocabulary import Vocabulary


class Weights:
    """One GGUF model, with at most one LoRA adapter, as llama.cpp holds it.

    adapter_problem: why a named adapter is not in use, "" when all is well.
    gpu_layers: layers that llama.cpp says it put on a GPU, of `layers` in all.
    """

    def __init__(self, path: Path, *, gpu_layers: int = 0, adapter: Path | None = None) -> None:
        self.head = gguf_file.read_head(path)
        gguf_file.check_whole(self.head)
        if self.head.is_adapter:
            raise LlmUnavailable(f"{path.name} is an adapter, not a model.", "Name it as `adapter` in the settings.")
        self._llama = llama_cpp = native.library()
        native.clear()
        parameters = llama_cpp.llama_model_default_params()
        parameters.n_gpu_layers = gpu_layers
        parameters.use_extra_bufts = not may_use_amx(llama_cpp)
        self.model: Any = llama_cpp.llama_model_load_from_file(str(path).encode(), parameters)
        if not self.model:
            raise _load_error(path, self.head.architecture)
        self.layers, self.gpu_layers = _offloaded(native.lines(), self.head.number("block_count") or 0)
        self.vocabulary = Vocabulary(self.model)
        self.adapter: Any = None
        self.adapter_path: Path | None = None
        self.adapter_problem = ""
        if adapter is not None:
            self._load_adapter(adapter)

    def _load_adapter(self, path: Path) -> None:
        try:
            head = gguf_file.read_head(path)
            gguf_file.check_whole(head)
        except LlmUnavailable as error:
            self.adapter_problem = f"The adapter is not used. {error.message}"
            return
        if not head.is_adapter or head.architecture != self.head.architecture:
            kind = f"for “{head.architecture}” models" if head.is_adapter else "no adapter"
            self.adapter_problem = f"The adapter {path.name} is not used: it is {kind}."
            return
        native.clear()
        self.adapter = self._llama.llama_adapter_lora_init(self.model, str(path).encode())
        if self.adapter:
            self.adapter_path = path
        else:
            self.adapter = None
            cause = native.last_error() or "it does not fit this model"
            self.adapter_problem = f"The adapter {path.name} is not used: {cause}."

    def attach_adapter(self, context: Any) -> None:
        """Switch the adapter on for a whole context, so that saved states and new tokens agree."""
        if self.adapter is None:
            return
        adapters = (self._llama.llama_adapter_lora_p_ctypes * 1)(self.adapter)
        if self._llama.llama_set_adapters_lora(context, adapters, 1, (ctypes.c_float * 1)(1.0)) != 0:
            raise LlmUnavailable("The adapter could not be switched on.", 'Set `adapter = "none"` under [llm].')

    def close(self) -> None:
        """Free the memory. The contexts made from these weights must be closed first."""
        if self.model:
            self._llama.llama_model_free(self.model)  # frees its adapters too
            self.model = None


def _load_error(path: Path, architecture: str) -> LlmUnavailable:
    cause = native.last_error()
    if "unknown model architecture" in cause:
        return LlmUnavailable(
            f"{path.name} is of the architecture “{architecture}”, unknown to this llama.cpp.",
            "Update llama-cpp-python or choose another model.",
        )
    if "alloc" in cause or "memory" in cause:
        return LlmUnavailable(f"Not enough memory for {path.name}.", "Choose a smaller model: `coach models list`.")
    return LlmUnavailable(f"Cannot load {path.name}: {cause or 'no reason given'}.", "Run `coach doctor`.")


def _offloaded(log: list[str], layers: int) -> tuple[int, int]:
    """(layers in all, layers on a GPU) from llama.cpp's own report "offloaded 31/31 layers to GPU"."""
    for line in log:
        if "offloaded" in line and "layers to GPU" in line:
            done, total = line.split("offloaded", 1)[1].split("layers")[0].split("/")
            return int(total), int(done)
    return layers, 0


def may_use_amx(llama: Any) -> bool:
    """Whether this build of llama.cpp would use the AMX tile unit, which it reaches through its extra buffer types.

    Only server processors have one, and virtual machines announce it without being able to run it: a crash without a
    message. No laptop loses anything when it stays unused.
    """
    return b"AMX_INT8 = 1" in llama.llama_print_system_info()
