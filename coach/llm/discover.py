"""GGUF models already on this machine: of the coach, Ollama, LM Studio, llama.cpp and the hub's cache."""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_OLLAMA_MODEL_LAYER = "application/vnd.ollama.image.model"


@dataclass(frozen=True, slots=True)
class FoundModel:
    """A model file usable in place.  source: who put it there, such as "coach" or "Ollama"."""

    name: str
    path: Path
    source: str
    bytes: int


def found_models(models: Path, home: Path | None = None) -> list[FoundModel]:
    """All GGUF files found, the coach's own (folder `models`) first; parts of split files and projectors left out."""
    home = home or Path.home()
    listed: list[FoundModel] = [*_in_folder(models, "coach")]
    for folder in _hub_caches(home):
        listed += _in_folder(folder, "Hugging Face cache")
    for folder in (home / ".lmstudio" / "models", home / ".cache" / "lm-studio" / "models"):
        listed += _in_folder(folder, "LM Studio")
    listed += _in_folder(Path(os.environ.get("LLAMA_CACHE") or home / ".cache" / "llama.cpp"), "llama.cpp")
    listed += _in_ollama(Path(os.environ.get("OLLAMA_MODELS") or home / ".ollama" / "models"))
    unique: dict[Path, FoundModel] = {}
    for found in listed:
        unique.setdefault(found.path.resolve(), found)
    return list(unique.values())


def is_gguf(path: Path) -> bool:
    """Whether the file begins as a GGUF file does."""
    with suppress(OSError), path.open("rb") as file:
        return file.read(4) == b"GGUF"
    return False


def _hub_caches(home: Path) -> list[Path]:
    cache = os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE")
    hub_home = Path(os.environ.get("HF_HOME") or home / ".cache" / "huggingface")
    return [Path(cache) if cache else hub_home / "hub"]


def _in_folder(folder: Path, source: str) -> Iterator[FoundModel]:
    with suppress(OSError):
        for path in sorted(folder.rglob("*.gguf")):
            if path.name.startswith("mmproj") or "-of-0" in path.name or not is_gguf(path):
                continue
            yield FoundModel(path.stem, path, source, path.stat().st_size)


def _in_ollama(folder: Path) -> Iterator[FoundModel]:
    """Ollama names its files by checksum; the names people know stand in the manifests."""
    for manifest in sorted((folder / "manifests").rglob("*")):
        if not manifest.is_file():
            continue
        with suppress(OSError, ValueError, KeyError, TypeError):
            layers = json.loads(manifest.read_text("utf-8"))["layers"]
            digest = next((layer["digest"] for layer in layers if layer["mediaType"] == _OLLAMA_MODEL_LAYER), "")
            path = folder / "blobs" / digest.replace(":", "-")
            if digest and is_gguf(path):
                yield FoundModel(f"{manifest.parent.name}:{manifest.name}", path, "Ollama", path.stat().st_size)
