"""Reads the head of a GGUF file to say what it is before llama.cpp maps it, and whether it is whole.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, versions 2 and 3, little endian.
"""

import os
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from coach.errors import LlmUnavailable

_SCALARS = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
_STRING, _ARRAY = 8, 9
_LONGEST_STRING = 1 << 24  # bytes; a damaged length field must not make us read gigabytes

# (values in a block, bytes of a block) of the tensor types that chat models and adapters use; from ggml's type table.
_BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 10: (256, 84),
    11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 16: (256, 66), 17: (256, 74), 18: (256, 98),
    19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82), 23: (256, 136), 29: (256, 56), 30: (1, 2), 39: (32, 17),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class GgufHead:
    """What a GGUF file says about itself.  needed_bytes: smallest size at which every tensor is present."""

    path: Path
    metadata: dict[str, Any] = field(repr=False)
    tensors: int
    needed_bytes: int

    @property
    def architecture(self) -> str:
        """For example "llama"."""
        return str(self.metadata.get("general.architecture", ""))

    @property
    def name(self) -> str:
        """The model's own name, or the file's."""
        return str(self.metadata.get("general.name") or self.path.stem)

    @property
    def is_adapter(self) -> bool:
        """Whether the file holds a LoRA adapter and no model."""
        return self.metadata.get("general.type") == "adapter"

    def number(self, key: str) -> int | None:
        """An integer of this architecture's section, such as "block_count"; None when it is not there."""
        value = self.metadata.get(f"{self.architecture}.{key}")
        return int(value) if isinstance(value, int) else None


def read_head(path: Path) -> GgufHead:
    """Read metadata and tensor list. Raises LlmUnavailable: missing, not GGUF, truncated, or a version unknown here."""
    try:
        with path.open("rb") as file:
            return _read(path, file, os.fstat(file.fileno()).st_size)
    except FileNotFoundError as error:
        raise LlmUnavailable(f"There is no model file at {path}.", "See `coach models list`.") from error
    except IsADirectoryError as error:
        raise LlmUnavailable(f"{path} is a folder.", "Name the GGUF file inside it.") from error
    except (struct.error, EOFError, OverflowError) as error:
        raise LlmUnavailable(f"{path.name} is cut off or damaged.", "Fetch it again: `coach models pull`.") from error
    except OSError as error:
        raise LlmUnavailable(f"{path} cannot be read: {error.strerror}.", "Check the file's permissions.") from error


def check_whole(head: GgufHead) -> None:
    """Raise LlmUnavailable when the file is shorter than its tensors need."""
    size = head.path.stat().st_size
    if size < head.needed_bytes:
        raise LlmUnavailable(
            f"{head.path.name} is cut off: {size:,} of at least {head.needed_bytes:,} bytes.",
            "Fetch it again: `coach models pull`.",
        )


def _read(path: Path, file: BinaryIO, size: int) -> GgufHead:
    magic = file.read(4)
    if magic != b"GGUF":
        raise LlmUnavailable(
            f"{path.name} is not a GGUF file: it begins with {magic!r}.", "Name a file that ends in .gguf."
        )
    (version,) = _unpack(file, "<I")
    if version not in (2, 3):
        raise LlmUnavailable(f"{path.name} has GGUF version {version}.", "Versions 2 and 3 are supported.")
    tensors, entries = _unpack(file, "<QQ")
    if max(tensors, entries) * 12 > size:  # the shortest entry takes 12 bytes
        raise EOFError
    metadata: dict[str, Any] = {}
    for _ in range(entries):
        key = _string(file)
        metadata[key] = _value(file, _unpack(file, "<I")[0])
    ends = [_tensor_end(file) for _ in range(tensors)]
    alignment = int(metadata.get("general.alignment", 32)) or 32
    start = -(-file.tell() // alignment) * alignment
    return GgufHead(path, metadata, tensors, start + max(ends, default=0))


def _tensor_end(file: BinaryIO) -> int:
    _string(file)
    (dimensions,) = _unpack(file, "<I")
    values = 1
    for length in _unpack(file, f"<{min(dimensions, 8)}Q"):
        values *= length
    kind, offset = _unpack(file, "<IQ")
    per_block, block_bytes = _BLOCKS.get(kind, (1, 0))  # a type unknown here: only its start is checked
    return int(offset + values // per_block * block_bytes)


def _unpack(file: BinaryIO, form: str) -> tuple[Any, ...]:
    return struct.unpack(form, file.read(struct.calcsize(form)))


def _string(file: BinaryIO) -> str:
    (length,) = _unpack(file, "<Q")
    if length > _LONGEST_STRING:
        raise EOFError
    raw = file.read(length)
    if len(raw) < length:
        raise EOFError
    return raw.decode("utf-8", "replace")


def _value(file: BinaryIO, kind: int) -> Any:
    if kind == _STRING:
        return _string(file)
    if kind == _ARRAY:
        item, length = _unpack(file, "<IQ")
        return _skip_array(file, item, length)
    if kind not in _SCALARS:
        raise EOFError
    return _unpack(file, _SCALARS[kind])[0]


def _skip_array(file: BinaryIO, item: int, length: int) -> int:
    """Step over an array (vocabularies are long and llama.cpp reads them itself); its length stands for it."""
    if item == _STRING:
        for _ in range(length):
            (width,) = _unpack(file, "<Q")
            if width > _LONGEST_STRING:
                raise EOFError
            file.seek(width, os.SEEK_CUR)
    elif item in _SCALARS:
        file.seek(length * struct.calcsize(_SCALARS[item]), os.SEEK_CUR)
    else:
        raise EOFError
    return int(length)
