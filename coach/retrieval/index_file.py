"""A file that knows whether it is whole: header with checksums, written atomically.

Layout: 16 bytes magic, 32 bytes BLAKE2b of the header, a header of JSON padded with spaces to 4,048 bytes (so the
payload starts at 4,096), payload. The header holds what the payload was made from, its length and its BLAKE2b.
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

MAGIC = b"coach vectors 01"
DIGEST_BYTES = 32
PAYLOAD_AT = 4096
HEADER_BYTES = PAYLOAD_AT - len(MAGIC) - DIGEST_BYTES


class DamagedIndex(Exception):
    """The file is not what was written; its text says why. Never leaves this package: the index is rebuilt."""


def write_checked(path: Path, about: dict[str, Any], write: Callable[[IO[bytes]], None]) -> None:
    """Write a file that `open_checked` accepts, replacing `path` in one step: a reader sees the old or the new one.

    about: goes into the header.  write: appends the payload to the open file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        with draft.open("w+b") as file:
            file.write(b"\0" * PAYLOAD_AT)
            write(file)
            length = file.tell() - PAYLOAD_AT
            file.seek(PAYLOAD_AT)
            header = json.dumps(about | {"length": length, "digest": _digest(file)}).encode()
            if len(header) > HEADER_BYTES:
                raise ValueError(f"a header of {len(header)} bytes does not fit into {HEADER_BYTES}")
            header = header.ljust(HEADER_BYTES)
            file.seek(0)
            file.write(MAGIC + blake2b(header, digest_size=DIGEST_BYTES).digest() + header)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, path)
    finally:
        with suppress(FileNotFoundError):
            draft.unlink()


def read_header(file: IO[bytes]) -> dict[str, Any]:
    """The header of an open file. Raises DamagedIndex."""
    start = file.read(PAYLOAD_AT)
    if len(start) < PAYLOAD_AT or not start.startswith(MAGIC):
        raise DamagedIndex("it is no vector index of this version")
    digest, header = start[len(MAGIC) : PAYLOAD_AT - HEADER_BYTES], start[PAYLOAD_AT - HEADER_BYTES :]
    if blake2b(header, digest_size=DIGEST_BYTES).digest() != digest:
        raise DamagedIndex("its header is damaged")
    about: dict[str, Any] = json.loads(header)
    return about


@contextmanager
def open_checked(path: Path) -> Iterator[tuple[dict[str, Any], IO[bytes]]]:
    """Yield (header, file at the payload) of a file whose every byte has been verified.

    Raises DamagedIndex, or OSError when there is no file.
    """
    with path.open("rb") as file:
        about = read_header(file)
        if path.stat().st_size != PAYLOAD_AT + about["length"]:
            raise DamagedIndex("it is cut short or has grown")
        if _digest(file) != about["digest"]:
            raise DamagedIndex("its content is damaged")
        file.seek(PAYLOAD_AT)
        yield about, file


def _digest(file: IO[bytes]) -> str:
    """BLAKE2b of the rest of an open file."""
    digest = blake2b(digest_size=DIGEST_BYTES)
    while block := file.read(1 << 22):
        digest.update(block)
    return digest.hexdigest()
