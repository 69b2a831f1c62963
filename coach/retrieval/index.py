"""The vector index: the only file that knows FAISS."""

from collections.abc import Iterable
from typing import Any

import numpy as np


class VectorIndex:
    """Nearest vectors by cosine (inner product of unit rows). Ids are those of the database."""

    def __init__(self, dim: int) -> None:
        import faiss

        self.dim = dim
        self._index: Any = faiss.IndexIDMap2(faiss.IndexFlatIP(dim))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def add(self, blocks: Iterable[tuple[np.ndarray, np.ndarray]]) -> None:
        """Add blocks of (ids (n,) int64, vectors (n, dim) float32)."""
        for ids, vectors in blocks:
            if vectors.ndim != 2 or vectors.shape[1] != self.dim:
                raise ValueError(f"vectors of shape {vectors.shape} do not fit an index of {self.dim} dimensions")
            self._index.add_with_ids(np.ascontiguousarray(vectors, dtype=np.float32), ids)

    def search(self, query: np.ndarray, k: int) -> list[tuple[int, float]]:
        """(id, cosine) of at most k nearest vectors to `query` (dim,), best first."""
        if query.shape != (self.dim,):
            raise ValueError(f"query of shape {query.shape} does not fit an index of {self.dim} dimensions")
        if not len(self) or k < 1:
            return []
        scores, ids = self._index.search(query[None, :], min(k, len(self)))
        # FAISS fills up short results with id -1
        return [(int(key), float(score)) for key, score in zip(ids[0], scores[0], strict=True) if key >= 0]
