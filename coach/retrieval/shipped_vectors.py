"""Vectors of the shipped bank that come with the coach, so that a fresh home searches at once.

A cache by text hash: a text that has changed since, or another encoder, is embedded as usual. Half precision halves the
file and moves a cosine by less than 0.001. Made by `python -m training.embed_bank`.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("shipped_vectors.npz")


def shipped_vectors(model: str, file: Path = FILE) -> dict[str, np.ndarray]:
    """Vectors (dim,) float32 of length 1 by text hash, for the encoder of this identity; empty for any other."""
    if not file.exists():
        return {}
    with np.load(file) as stored:
        if str(stored["model"]) != model:
            return {}
        hashes, rows = stored["hashes"], stored["vectors"].astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return {bytes(key).hex(): row for key, row in zip(hashes, rows, strict=True)}


def write_shipped_vectors(model: str, vectors: Mapping[str, np.ndarray], file: Path = FILE) -> None:
    """Write the file: vectors by text hash (hex of 16 bytes)."""
    keys = sorted(vectors)
    hashes = np.array([list(bytes.fromhex(key)) for key in keys], dtype=np.uint8)
    rows = np.array([vectors[key] for key in keys], dtype=np.float16)
    np.savez(file, model=np.array(model), hashes=hashes, vectors=rows)
