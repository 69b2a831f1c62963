"""The vector index of a corpus, kept in a checked file: opened when it fits, brought up to date, or built anew."""

from collections.abc import Iterable
from pathlib import Path
from threading import RLock

import numpy as np

from coach.ports import Progress
from coach.retrieval.index import VectorIndex, kind_for, training_size
from coach.retrieval.index_file import DamagedIndex, open_checked, write_checked
from coach.retrieval.store import PassageHome

SAVE_EVERY = 200_000
"""Vectors between two saves while building: what an interrupted build loses at most."""
UNSAVED_SHARE = 0.01
"""Share of the vectors that may be newer than the file before it is written again: rewriting 10^6 vectors for a hundred
would cost more than adding the hundred again at the next start."""


def _silent(done: int, total: int, what: str) -> None:
    return None


def lacking(known: np.ndarray, ids: np.ndarray) -> np.ndarray:
    """Those of `ids` that are not among `known`; both sorted: at a million, forty times as fast as `np.setdiff1d`."""
    if not len(known):
        return ids
    places = np.searchsorted(known, ids).clip(max=len(known) - 1)
    return ids[known[places] != ids]


class IndexCache:
    """Gives the index of one encoder's vectors, always of the corpus as it is now.

    folder: where the file lies; None keeps the index in memory alone.
    notes: what was found and done at the last opening, for `coach doctor`.
    """

    def __init__(self, home: PassageHome, model: str, dim: int, folder: Path | None = None) -> None:
        self._home, self._model, self._dim = home, model, dim
        self.path = None if folder is None else folder / f"{model}.vectors"
        self.notes = ""
        self._index: VectorIndex | None = None
        self._token = ""
        self._saved: np.ndarray = np.empty(0, dtype=np.int64)
        self._one_at_a_time = RLock()

    def current(self, progress: Progress = _silent) -> VectorIndex:
        """The index of the corpus as it is now. Costs one small query when nothing has changed."""
        with self._one_at_a_time:
            token = self._home.passages.corpus_token()
            if self._index is not None and token == self._token:
                return self._index
            fresh = self._index is None
            index = self._opened(token) if self._index is None else self._index
            if not fresh or self._token != token:
                index = self._updated(index, token, progress)
            self._index, self._token = index, token
            return index

    def _opened(self, token: str) -> VectorIndex:
        """What the file holds, or an empty index with the reason in `notes`."""
        self.notes, self._token = "kept in memory", ""
        if self.path is not None:
            try:
                with open_checked(self.path) as (about, file):
                    if (about["model"], about["dim"]) != (self._model, self._dim):
                        raise DamagedIndex("it belongs to another encoder")
                    index = VectorIndex.read(file, dim=self._dim, kind=about["kind"], trained_for=about["trained_for"])
                self._saved, self._token = index.ids, about["token"]
                self.notes = "opened" if about["token"] == token else "opened, of an older corpus"
                return index
            except FileNotFoundError:
                self.notes = "built: there was no file"
            except (DamagedIndex, OSError) as error:
                self.notes = f"built anew: {error}"
        return VectorIndex(self._dim)

    def _updated(self, index: VectorIndex, token: str, progress: Progress) -> VectorIndex:
        """Bring `index` in step with the database by its ids: a vector never changes under its id."""
        wanted = self._home.passages.vector_ids(self._model)
        if index.outgrown(len(wanted)):
            index = self._laid_out(wanted)
        index.remove(lacking(wanted, index.ids))
        missing = lacking(index.ids, wanted)
        done = 0
        for ids, vectors in self._vectors(missing):
            index.add(ids, vectors)
            done += len(ids)
            progress(done, len(missing), "building the index")
            if done % SAVE_EVERY < len(ids) and done < len(missing):
                self._save(index, "unfinished")
        unsaved = len(lacking(self._saved, index.ids)) + len(lacking(index.ids, self._saved))
        if unsaved > UNSAVED_SHARE * len(index) or not len(self._saved):
            self._save(index, token)
        return index

    def _laid_out(self, wanted: np.ndarray) -> VectorIndex:
        """An empty index that suits so many vectors, trained on an even sample of them."""
        index = VectorIndex(self._dim, kind_for(len(wanted)), len(wanted))
        if size := training_size(len(wanted)):
            sample = wanted[np.linspace(0, len(wanted) - 1, size).astype(np.int64)]
            index.train(np.concatenate([block for _, block in self._vectors(sample)]))
        return index

    def _vectors(self, ids: np.ndarray) -> Iterable[tuple[np.ndarray, np.ndarray]]:
        return self._home.passages.vectors(self._model, ids) if len(ids) else ()

    def _save(self, index: VectorIndex, token: str) -> None:
        if self.path is None:
            return
        about = {"model": self._model, "token": token, "dim": self._dim, "kind": index.kind}
        about |= {"trained_for": index.trained_for, "count": len(index)}
        try:
            write_checked(self.path, about, index.write)
            self._saved = index.ids
        except OSError as error:  # a full disk costs the cache, not the search
            self.notes = f"kept in memory: {error}"
