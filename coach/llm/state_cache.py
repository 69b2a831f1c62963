"""Computed states on disk, so that a start, or an interview taken up again, does not evaluate what is known.

A file holds the KV state of one token sequence, and belongs to one identity (weights, adapter, template, build and the
way the context is set up). What is damaged, foreign or unreadable is passed over and overwritten: it is only a cache.
"""

import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

_MAGIC = b"COACH-KV-1\n"
_DIGEST = 32  # bytes of SHA-256
ABANDONED_SECONDS = 3600


class StateCache:
    """The saved states of one identity in `folder`, which all identities share and whose size is bounded."""

    def __init__(self, folder: Path, identity: str, *, limit_bytes: int = 256 << 20) -> None:
        self._folder = folder
        self._identity = hashlib.sha256(identity.encode()).digest()
        self._limit = limit_bytes

    def load(self, beginning: Sequence[int], *, longer: bool = False) -> tuple[list[int], bytes] | None:
        """(tokens, state) saved for exactly `beginning`, or with `longer` the longest saved that starts with it."""
        best: tuple[int, Path] | None = None
        for path, tokens in self._mine():
            fits = tokens[: len(beginning)] == list(beginning) if longer else tokens == list(beginning)
            if fits and (best is None or len(tokens) > best[0]):
                best = (len(tokens), path)
        found = self._read(best[1]) if best else None
        if best and found:
            with suppress(OSError):
                os.utime(best[1])  # kept longest what was used last
        return found

    def save(self, tokens: Sequence[int], state: bytes) -> None:
        """Keep a state. Failing to (disk full, no permission) is no error: the next start is only slower."""
        if len(state) > self._limit:
            return
        head = np.asarray([len(tokens), *tokens], np.int32).tobytes()
        body = self._identity + head + state
        path = self._path(tokens)
        partial = path.with_suffix(f".{os.getpid()}.part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            partial.write_bytes(_MAGIC + hashlib.sha256(body).digest() + body)
            partial.replace(path)
        except OSError:
            with suppress(OSError):
                partial.unlink()
        self._prune()

    def _path(self, tokens: Sequence[int]) -> Path:
        name = hashlib.sha256(np.asarray(tokens, np.int32).tobytes()).hexdigest()[:20]
        return self._folder / f"{self._identity.hex()[:20]}-{name}.kv"

    def _mine(self) -> Iterator[tuple[Path, list[int]]]:
        for path in self._folder.glob(f"{self._identity.hex()[:20]}-*.kv"):
            with suppress(OSError, ValueError, IndexError), path.open("rb") as file:
                start = len(_MAGIC) + _DIGEST + _DIGEST
                file.seek(start)
                count = int(np.frombuffer(file.read(4), np.int32)[0])
                if 0 < count < 1 << 20:
                    yield path, np.frombuffer(file.read(4 * count), np.int32).tolist()

    def _read(self, path: Path) -> tuple[list[int], bytes] | None:
        try:
            raw = path.read_bytes()
        except OSError:
            return None
        digest, body = raw[len(_MAGIC) : len(_MAGIC) + _DIGEST], raw[len(_MAGIC) + _DIGEST :]
        whole = raw.startswith(_MAGIC) and hashlib.sha256(body).digest() == digest
        if not whole or not body.startswith(self._identity):
            with suppress(OSError):
                path.unlink()
            return None
        count = int(np.frombuffer(body[_DIGEST : _DIGEST + 4], np.int32)[0])
        start = _DIGEST + 4 + 4 * count
        return np.frombuffer(body[_DIGEST + 4 : start], np.int32).tolist(), body[start:]

    def _prune(self) -> None:
        with suppress(OSError):
            for left in self._folder.glob("*.part"):  # by a process that was killed while it saved
                if time.time() - left.stat().st_mtime > ABANDONED_SECONDS:
                    left.unlink()
            files = sorted(self._folder.glob("*.kv"), key=lambda path: path.stat().st_mtime, reverse=True)
            total = 0
            for path in files:
                total += path.stat().st_size
                if total > self._limit:
                    path.unlink()
