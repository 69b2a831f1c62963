"""Fetching a model file from the Hugging Face hub: progress, resuming, room on disk, and a checksum that must fit."""

import hashlib
import io
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coach.errors import DownloadError
from coach.llm import catalogue
from coach.llm.discover import is_gguf
from coach.ports import Progress

SPARE_BYTES = 500_000_000
"""Disk space that stays free."""


@dataclass(frozen=True, slots=True)
class HubFile:
    """A file on the hub.  sha256: the expected checksum, "" if only the hub knows it."""

    repository: str
    file: str
    sha256: str = ""


def parse(name: str) -> HubFile:
    """A catalogue name, `owner/repository/file.gguf`, or a link to the file. Raises DownloadError for anything else."""
    entry = catalogue.find(name)
    if entry:
        return HubFile(entry.repository, entry.file, entry.sha256)
    path = re.sub(r"^https?://[^/]+/|^hf://", "", name.strip())
    path = re.sub(r"/(blob|resolve|raw)/[^/]+/", "/", path).split("?")[0]
    parts = path.split("/")
    if len(parts) >= 3 and parts[-1].endswith(".gguf") and ".." not in parts:
        return HubFile("/".join(parts[:2]), "/".join(parts[2:]))
    known = ", ".join(entry.name for entry in catalogue.CATALOGUE)
    raise DownloadError(
        f"“{name}” is neither in the catalogue nor a file on the hub.",
        f"Write owner/repository/file.gguf, or one of {known}.",
    )


def pull(wanted: HubFile, folder: Path, progress: Progress | None = None) -> Path:
    """Fetch a file into `folder/owner--repository/`; return its path. What is there and whole is not fetched again.

    A transfer that broke off goes on where it stopped. The environment variables HF_ENDPOINT, HF_HUB_OFFLINE and
    HF_TOKEN are honoured.
    Raises DownloadError: offline, unknown name, no permission, too little disk space, wrong checksum, not GGUF.
    """
    target = folder / wanted.repository.replace("/", "--")
    size, checksum = _translated(lambda: _ask(wanted), wanted)
    checksum = wanted.sha256 or checksum
    have = target / wanted.file
    if have.exists() and have.stat().st_size == size:
        _check(have, wanted.file, checksum, progress)
        return have
    part = target / ".partial" / f"{wanted.file.replace('/', '--')}.{checksum[:16] or size}"
    _check_room(folder, size - (part.stat().st_size if part.exists() else 0))
    with _alone(part):
        _translated(lambda: _fetch(wanted, part, size, progress), wanted)
        if progress:  # the hub's bar reports at intervals and may leave out its last step
            progress(size, size, wanted.file)
        _check(part, wanted.file, checksum, progress)
        have.parent.mkdir(parents=True, exist_ok=True)
        os.replace(part, have)
    for left in part.parent.glob(f"{part.name.rpartition('.')[0]}.*"):  # the lock, and parts of earlier versions
        left.unlink()
    with suppress(OSError):
        part.parent.rmdir()
    return have


def _ask(wanted: HubFile) -> tuple[int, str]:
    """(size in bytes, SHA-256 or "") as the hub gives them for files in large-file storage."""
    from huggingface_hub import constants
    from huggingface_hub.errors import OfflineModeIsEnabled
    from huggingface_hub.file_download import get_hf_file_metadata, hf_hub_url

    if constants.HF_HUB_OFFLINE:
        raise OfflineModeIsEnabled("HF_HUB_OFFLINE is set")
    found = get_hf_file_metadata(hf_hub_url(wanted.repository, wanted.file), timeout=20)
    etag = (found.etag or "").strip('"')
    return int(found.size or 0), etag if re.fullmatch(r"[0-9a-f]{64}", etag) else ""


@contextmanager
def _alone(part: Path) -> Iterator[None]:
    """Keep a second coach from writing the same file. Raises DownloadError."""
    from huggingface_hub.utils import WeakFileLock

    part.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        try:
            stack.enter_context(WeakFileLock(part.with_name(f"{part.name}.lock"), timeout=0.1))
        except TimeoutError as error:
            raise DownloadError("Another coach is fetching this model.", "Wait until it is done.") from error
        yield


def _fetch(wanted: HubFile, part: Path, size: int, progress: Progress | None) -> None:
    """Write the file, or what is missing of it, to `part`.

    The hub's own `hf_hub_download` starts anew after an interruption and leaves what it had got.
    """
    from huggingface_hub.file_download import hf_hub_url, http_get
    from huggingface_hub.utils import build_hf_headers

    if part.exists() and part.stat().st_size > size:
        part.unlink()
    with _Bounded(part, size, wanted.file) as file:
        http_get(
            hf_hub_url(wanted.repository, wanted.file),
            file,
            resume_size=file.tell(),
            headers=build_hf_headers() | {"Accept-Encoding": "identity"},
            expected_size=size,
            displayed_filename=wanted.file,
            tqdm_class=_reporting(wanted.file, progress),
        )


class _Bounded(io.BufferedWriter):
    """A file to append to that never grows beyond `most` bytes: a server may send without end."""

    def __init__(self, path: Path, most: int, what: str) -> None:
        super().__init__(io.FileIO(path, "ab"))
        self._most, self._what = most, what

    def write(self, data: Any) -> int:
        if self.tell() + len(data) > self._most:
            raise DownloadError(
                f"{self._what} is longer than the hub says; the rest was not fetched.", "Run the same command again."
            )
        return super().write(data)


def _translated(action: Callable[[], Any], wanted: HubFile) -> Any:
    """The action's result; its errors in words a person can act on."""
    from huggingface_hub import errors as hub
    from huggingface_hub.utils import httpx  # whichever HTTP library this version of the hub's client rests on

    what = f"{wanted.repository}/{wanted.file}"
    try:
        return action()
    except hub.OfflineModeIsEnabled as error:
        raise DownloadError("Downloads are switched off.", "Unset HF_HUB_OFFLINE to allow them.") from error
    except hub.GatedRepoError as error:
        raise DownloadError(
            f"{what} asks for a licence to be accepted.", "Accept it on the hub and set HF_TOKEN, or choose another."
        ) from error
    except (hub.RepositoryNotFoundError, hub.EntryNotFoundError, hub.RevisionNotFoundError) as error:
        if isinstance(error, hub.LocalEntryNotFoundError):
            raise _unreachable(error) from error
        raise DownloadError(f"There is no {what} on the hub.", "See `coach models list`.") from error
    except OSError as error:
        if "size" in str(error) and "Consistency" in str(error):
            raise DownloadError(f"{what} arrived with the wrong size.", "Run the same command again.") from error
        raise _unreachable(error) from error
    except (httpx.HTTPError, hub.HfHubHTTPError, hub.FileMetadataError) as error:
        raise _unreachable(error) from error


def _unreachable(error: Exception) -> DownloadError:
    cause = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
    return DownloadError(
        f"The download broke off: {cause.rstrip('.')}.", "Run the same command again; it goes on where it stopped."
    )


def _check_room(folder: Path, size: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if size + SPARE_BYTES > free:
        raise DownloadError(
            f"The file takes {size / 1e9:.2f} GB, but only {free / 1e9:.2f} GB are free in {folder}.",
            "Free some space, or move the home with COACH_HOME.",
        )


def _check(path: Path, wanted: str, sha256: str, progress: Progress | None) -> None:
    """Delete the file and raise DownloadError when it is not what it claims to be."""
    if sha256:
        digest, done, size = hashlib.sha256(), 0, path.stat().st_size
        with path.open("rb") as file:
            while block := file.read(1 << 22):
                digest.update(block)
                done += len(block)
                if progress:
                    progress(done, size, "checking")
        if digest.hexdigest() != sha256:
            path.unlink()
            raise DownloadError(f"{wanted} has the wrong checksum and was deleted.", "Run the same command again.")
    if not is_gguf(path):
        path.unlink()
        raise DownloadError(f"{wanted} is not a GGUF file and was deleted.", "Choose a file that ends in .gguf.")


def _reporting(what: str, progress: Progress | None) -> Any:
    """A tqdm class that calls `progress` in place of drawing a bar."""
    from huggingface_hub.utils import tqdm as hub_tqdm

    class Reporting(hub_tqdm):
        def __init__(self, *args: Any, **options: Any) -> None:
            options["disable"] = False
            options["file"] = _Silence()
            super().__init__(*args, **options)
            # counted here: a bar counts nothing where bars are switched off, as transformers does for the whole process
            self._done, self._whole = int(options.get("initial") or 0), int(options.get("total") or 0)

        def update(self, n: float = 1) -> bool | None:
            result: bool | None = super().update(n)
            self._done += int(n)
            if progress:
                progress(self._done, self._whole, what)
            return result

    return Reporting


class _Silence:
    """Takes what tqdm would draw."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        pass
