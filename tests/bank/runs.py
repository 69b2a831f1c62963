"""Runs of nine words, to see whether prose was copied.

`foreign_runs.bin` holds a 40-bit hash of every run of nine words in five published collections of interview questions
that we read and did not copy: sorted, five bytes each, no text can be recovered from it. Made by

    python -m tests.bank.runs DOCUMENT... > tests/bank/foreign_runs.bin
"""

import re
import sys
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

LENGTH = 9
BYTES = 5


def words(text: str) -> list[str]:
    """Letters and digits in small letters; everything else separates."""
    return re.findall(r"[a-z0-9]+", text.lower())


def runs(text: str) -> Iterator[tuple[str, ...]]:
    """Every run of nine consecutive words."""
    found = words(text)
    return (tuple(found[at : at + LENGTH]) for at in range(len(found) - LENGTH + 1))


def hashed(run: tuple[str, ...]) -> bytes:
    """Five bytes that stand for a run: in 100,000 runs a false alarm has a chance of 0.3 %."""
    return blake2b(" ".join(run).encode(), digest_size=BYTES).digest()


def load(path: Path) -> frozenset[bytes]:
    """The hashes of a file."""
    data = path.read_bytes()
    return frozenset(data[at : at + BYTES] for at in range(0, len(data), BYTES))


if __name__ == "__main__":
    found = {hashed(run) for name in sys.argv[1:] for run in runs(Path(name).read_text("utf-8"))}
    sys.stdout.buffer.write(b"".join(sorted(found)))
