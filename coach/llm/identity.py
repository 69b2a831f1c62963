"""A short name for everything that a computed state or a measured agreement depends on."""

import hashlib
from pathlib import Path

from coach.llm import native
from coach.llm.gguf_file import GgufHead
from coach.llm.template import CHATML

_BLOCK = 1 << 16  # bytes
_BLOCKS = 64


def sampled_hash(path: Path) -> str:
    """SHA-256 over the size and 64 evenly spaced blocks of a file.

    Reading all of an 8 GB file at every start would take longer than loading it; a changed model differs everywhere.
    """
    size = path.stat().st_size
    digest = hashlib.sha256(size.to_bytes(8, "little"))
    with path.open("rb") as file:
        for i in range(_BLOCKS):
            file.seek(max(0, size - _BLOCK) * i // (_BLOCKS - 1))
            digest.update(file.read(_BLOCK))
    return digest.hexdigest()


def of_model(head: GgufHead, adapter: Path | None) -> str:
    """Changes when weights, adapter, chat template or the llama.cpp build change. Loads no weights."""
    llama = native.library()
    parts = [
        sampled_hash(head.path),
        sampled_hash(adapter) if adapter else "no adapter",
        str(head.metadata.get("tokenizer.chat_template") or CHATML),
        llama.__version__,
        llama.llama_print_system_info().decode(),
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
