"""Language models worth fetching, small enough for a laptop, each with a draft model of the same vocabulary."""

from dataclasses import dataclass

GIGABYTE = 1_000_000_000


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One file on the Hugging Face hub.

    bytes: size of the file, approximate; what the hub says counts.  memory_bytes: needed while it works, with a window
    of 4,096 tokens.  sha256: "" where the hub's own checksum is relied on.  draft: name of the entry that drafts for
    it, "bundled" for the model that comes with the coach, or "".
    """

    name: str
    repository: str
    file: str
    bytes: int
    memory_bytes: int
    licence: str
    what: str
    draft: str = ""
    sha256: str = ""


def _entry(name: str, source: str, gigabytes: float, licence: str, what: str, draft: str = "") -> ModelEntry:
    repository, file = source.rsplit("/", 1)
    memory = int((gigabytes * 1.1 + 0.6) * GIGABYTE)
    return ModelEntry(name, repository, file, int(gigabytes * GIGABYTE), memory, licence, what, draft)


CATALOGUE: tuple[ModelEntry, ...] = (
    _entry(
        "smollm2-1.7b",
        "HuggingFaceTB/SmolLM2-1.7B-Instruct-GGUF/smollm2-1.7b-instruct-q4_k_m.gguf",
        1.06,
        "Apache-2.0",
        "a step up from the bundled model, which drafts for it",
        draft="bundled",
    ),
    _entry(
        "qwen3-0.6b",
        "bartowski/Qwen_Qwen3-0.6B-GGUF/Qwen_Qwen3-0.6B-Q4_K_M.gguf",
        0.48,
        "Apache-2.0",
        "drafts for the other Qwen3 models",
    ),
    _entry(
        "qwen3-1.7b",
        "bartowski/Qwen_Qwen3-1.7B-GGUF/Qwen_Qwen3-1.7B-Q4_K_M.gguf",
        1.28,
        "Apache-2.0",
        "for 4 GB of memory",
        draft="qwen3-0.6b",
    ),
    _entry(
        "qwen3-4b",
        "bartowski/Qwen_Qwen3-4B-GGUF/Qwen_Qwen3-4B-Q4_K_M.gguf",
        2.5,
        "Apache-2.0",
        "for 8 GB of memory",
        draft="qwen3-0.6b",
    ),
    _entry(
        "qwen3-8b",
        "bartowski/Qwen_Qwen3-8B-GGUF/Qwen_Qwen3-8B-Q4_K_M.gguf",
        5.03,
        "Apache-2.0",
        "for 16 GB of memory or a GPU with 8 GB",
        draft="qwen3-0.6b",
    ),
    _entry(
        "llama-3.2-1b",
        "bartowski/Llama-3.2-1B-Instruct-GGUF/Llama-3.2-1B-Instruct-Q4_K_M.gguf",
        0.81,
        "Llama 3.2 Community",
        "for 4 GB of memory; drafts for llama-3.2-3b",
    ),
    _entry(
        "llama-3.2-3b",
        "bartowski/Llama-3.2-3B-Instruct-GGUF/Llama-3.2-3B-Instruct-Q4_K_M.gguf",
        2.02,
        "Llama 3.2 Community",
        "for 8 GB of memory",
        draft="llama-3.2-1b",
    ),
)


def find(name: str) -> ModelEntry | None:
    """The entry of that name, capital letters aside; None if there is none."""
    return next((entry for entry in CATALOGUE if entry.name == name.lower()), None)
