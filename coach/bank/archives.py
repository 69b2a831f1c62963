"""Unpacking without trust: sizes and ratios of a zip file's members are checked before, Zstandard's while unpacking."""

import io
import zipfile
import zlib

from coach.errors import BankError, install

DAMAGE = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, OSError, ValueError)
"""What `zipfile` raises for broken archives; ValueError where an offset in the directory points before the file."""

MOST_UNPACKED = 256 * 2**20
MOST_RATIO = 200
"""Text compresses about 5 to 20 times; a member beyond this is made to fill memory."""
RATIO_COUNTS_FROM = 4 * 2**20


def member(data: bytes, name: str) -> bytes:
    """One member of the zip file `data`. Raises BankError if it is damaged, encrypted, missing or a bomb."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            info = archive.getinfo(name)
            if info.flag_bits & 1:
                raise BankError("protected by a password")
            packed = max(1, info.compress_size)
            if info.file_size > MOST_UNPACKED or (
                info.file_size > RATIO_COUNTS_FROM and info.file_size / packed > MOST_RATIO
            ):
                raise BankError(f"unpacks to {info.file_size / 2**20:.0f} MiB from {packed / 2**20:.1f}: refused")
            with archive.open(info) as file:
                content = file.read(MOST_UNPACKED + 1)  # a header may lie about the size
    except KeyError as error:
        raise BankError(f"no {name} inside") from error
    except DAMAGE as error:
        raise BankError("damaged, or no such archive") from error
    if len(content) > MOST_UNPACKED:
        raise BankError("unpacks to more than it says: refused")
    return content


def names(data: bytes) -> list[str]:
    """Names of all members. Raises BankError for a file that is no zip archive."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.namelist()
    except DAMAGE as error:
        raise BankError("damaged, or no such archive") from error


def unpacked(data: bytes) -> bytes:
    """A Zstandard frame's content. Raises BankError if it is damaged or too large, or the package for it is missing."""
    try:
        import zstandard
    except ImportError as error:
        raise BankError(f"compressed with Zstandard: `{install('documents')}`") from error
    try:
        with zstandard.ZstdDecompressor(max_window_size=MOST_UNPACKED).stream_reader(data) as stream:
            content = stream.read(MOST_UNPACKED + 1)
    except zstandard.ZstdError as error:
        raise BankError("damaged: no Zstandard data") from error
    if len(content) > MOST_UNPACKED:
        raise BankError(f"unpacks to more than {MOST_UNPACKED / 2**20:.0f} MiB: refused")
    return content
