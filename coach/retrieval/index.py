"""The vector index: the only file that knows FAISS.

Kinds, by the number of vectors (384 dimensions; measurements in docs/retrieval.md):
flat    exact, float32                                              up to 50,000
ivf     inverted lists, 8 bits a component (Jégou et al. 2011)      up to 8 million
ivfpq   inverted lists, product quantisation to 96 bytes a vector   above
The lossy kinds only choose candidates: whoever ranks them takes the exact vectors from the database. There is no HNSW
kind, because it builds several times slower at a million and cannot forget a vector.
"""

from typing import IO, Any, Literal

import numpy as np

Kind = Literal["flat", "ivf", "ivfpq"]
FLAT_MOST, IVF_MOST = 50_000, 8_000_000
LEAST_LISTS_SEARCHED = 64
"""With fewer, recall@10 falls below 0.95 on an index of 60,000 (0.955 at 32 lists, 0.912 at 16)."""
TRAINING_PER_LIST = 40
"""Vectors per centroid that k-means looks at; FAISS warns below 39."""
PQ_BYTES_PER_VECTOR = 96
MOST_ON_GPU = 2048
"""Neighbours that FAISS can find on a GPU in one search; more are looked up on the CPU."""
OUTGROWN = 4
"""An index whose lists were trained on fewer vectors than a quarter of what it holds is trained anew."""


def kind_for(count: int) -> Kind:
    """The kind of index that suits so many vectors."""
    return "flat" if count <= FLAT_MOST else "ivf" if count <= IVF_MOST else "ivfpq"


def lists_for(count: int) -> int:
    """Number of inverted lists: the power of two nearest to twice the root of `count`, at least 64."""
    return max(64, int(2 ** round(np.log2(2 * np.sqrt(max(count, 1))))))


def training_size(count: int) -> int:
    """How many vectors an index of `count` is trained on; 0 for the exact kind, which needs none."""
    return 0 if kind_for(count) == "flat" else min(count, TRAINING_PER_LIST * lists_for(count))


class VectorIndex:
    """Nearest vectors by cosine (inner product of unit rows). Ids are those of the database.

    kind: see above.  trained_for: number of vectors that its lists were laid out for.
    ids: sorted int64 ids of the vectors it holds.
    """

    def __init__(self, dim: int, kind: Kind = "flat", trained_for: int = 0, index: Any = None) -> None:
        self.dim, self.kind, self.trained_for = dim, kind, trained_for
        self.ids = np.empty(0, dtype=np.int64)
        self._index = index if index is not None else _make(dim, kind, trained_for)
        self._searched: Any = None  # the copy on the GPU, if there is one

    def __len__(self) -> int:
        return len(self.ids)

    def train(self, vectors: np.ndarray) -> None:
        """Lay out the lists by k-means on a sample (n, dim); the exact kind needs none."""
        self._index.train(self._checked(vectors))

    def add(self, ids: np.ndarray, vectors: np.ndarray) -> None:
        """Add vectors (n, dim) under ids (n,), which must be new."""
        self._index.add_with_ids(self._checked(vectors), np.ascontiguousarray(ids, dtype=np.int64))
        new = np.sort(ids)
        self.ids = np.insert(self.ids, np.searchsorted(self.ids, new), new)
        self._searched = None

    def remove(self, ids: np.ndarray) -> None:
        """Forget these ids."""
        if len(ids):
            self._index.remove_ids(_faiss().IDSelectorBatch(np.ascontiguousarray(ids, dtype=np.int64)))
            self.ids = np.setdiff1d(self.ids, ids)
            self._searched = None

    def search(self, query: np.ndarray, k: int, among: np.ndarray | None = None) -> list[tuple[int, float]]:
        """(id, cosine, of the lossy kinds approximate) of at most k nearest vectors to `query` (dim,), best first.

        among: only these ids are looked at.
        """
        if query.shape != (self.dim,):
            raise ValueError(f"query of shape {query.shape} does not fit an index of {self.dim} dimensions")
        if not len(self) or k < 1:
            return []
        rows, count = self._checked(query[None, :]), min(k, len(self))
        if among is not None:  # on the CPU: FAISS filters there for every kind
            scores, ids = self._index.search(rows, count, params=self._only(among))
        elif count > MOST_ON_GPU:
            scores, ids = self._index.search(rows, count)
        else:
            if self._searched is None:
                self._searched = _on_gpu(self._index)
            scores, ids = self._searched.search(rows, count)
        # FAISS fills up short results with id -1
        return [(int(key), float(score)) for key, score in zip(ids[0], scores[0], strict=True) if key >= 0]

    def outgrown(self, count: int) -> bool:
        """Whether `count` vectors want another index than this."""
        return self.kind != kind_for(count) or (self.kind != "flat" and count > OUTGROWN * self.trained_for)

    def write(self, file: IO[bytes]) -> None:
        """Append the ids and FAISS's own serialisation to an open file."""
        faiss = _faiss()
        np.save(file, self.ids)
        faiss.write_index(self._index, faiss.PyCallbackIOWriter(file.write))

    @classmethod
    def read(cls, file: IO[bytes], *, dim: int, kind: Kind, trained_for: int) -> "VectorIndex":
        """The reverse of `write`. The bytes must have been verified: FAISS trusts them."""
        faiss = _faiss()
        ids = np.load(file)
        read = cls(dim, kind, trained_for, faiss.read_index(faiss.PyCallbackIOReader(file.read)))
        read.ids = ids
        return read

    def _only(self, ids: np.ndarray) -> Any:
        faiss = _faiss()
        chosen = faiss.IDSelectorBatch(np.ascontiguousarray(ids, dtype=np.int64))
        if self.kind == "flat":
            return faiss.SearchParameters(sel=chosen)
        kind = faiss.SearchParametersIVF if self.kind == "ivf" else faiss.IVFPQSearchParameters
        return kind(sel=chosen, nprobe=self._index.nlist)  # few vectors pass, so every list may be needed

    def _checked(self, vectors: np.ndarray) -> np.ndarray:
        # FAISS answers a wrong dimension with an empty AssertionError
        if vectors.ndim != 2 or vectors.shape[1] != self.dim:
            raise ValueError(f"vectors of shape {vectors.shape} do not fit an index of {self.dim} dimensions")
        return np.ascontiguousarray(vectors, dtype=np.float32)


def gpus() -> int:
    """How many GPUs this FAISS can use: 0 for a CPU build."""
    faiss = _faiss()
    return int(faiss.get_num_gpus()) if hasattr(faiss, "get_num_gpus") else 0


def _faiss() -> Any:
    import faiss  # 0.1 s; its type stubs miss half of it

    return faiss


def _make(dim: int, kind: Kind, trained_for: int) -> Any:
    faiss = _faiss()
    if kind == "flat":
        return faiss.IndexIDMap2(faiss.IndexFlatIP(dim))
    lists = lists_for(trained_for)
    quantizer = faiss.IndexFlatIP(dim)
    if kind == "ivf":
        code = faiss.ScalarQuantizer.QT_8bit
        index = faiss.IndexIVFScalarQuantizer(quantizer, dim, lists, code, faiss.METRIC_INNER_PRODUCT)
    else:
        bytes_each = next(m for m in range(PQ_BYTES_PER_VECTOR, 0, -1) if dim % m == 0)
        index = faiss.IndexIVFPQ(quantizer, dim, lists, bytes_each, 8, faiss.METRIC_INNER_PRODUCT)
    index.own_fields = True
    quantizer.this.disown()  # the index frees it
    index.cp.niter = 10
    index.nprobe = max(LEAST_LISTS_SEARCHED, lists // 32)
    return index


def _on_gpu(index: Any) -> Any:
    """A copy of the index on the GPU, where FAISS has one: same candidates, found faster."""
    return _faiss().index_cpu_to_all_gpus(index) if gpus() else index
