"""The bundled weights in a number format that this machine multiplies faster.

llama.cpp has fast matrix kernels on a CPU for some formats only, and none for Q4_1, in which the bundled model comes.
The same weights in Q8_0 read an answer and judge it in half the time (measured: docs/engine.md). So they are rewritten
once, beside all homes of a user, as a cache that is safe to delete. Rewriting keeps 8 bits where 4 were, so next to
nothing is lost; every user of the bundled model gets the same file from the same llama.cpp.

No checksum of that file is known beforehand, so it is taken when the file is written and kept beside it: a start
compares samples, which takes a hundredth of a second, and `coach doctor` every byte.
"""

import ctypes
import hashlib
import json
import logging
import shutil
import tempfile
import time
from pathlib import Path

from coach.errors import LlmUnavailable
from coach.llm import hardware, native
from coach.llm.identity import sampled_hash

log = logging.getLogger(__name__)
_WRITING = "writing-"
_LONGEST_SECONDS = 3600
SPARE_BYTES = 1 << 30
"""What must stay free on the disk: a cache may not fill it."""


def prepared(source: Path, folder: Path) -> Path:
    """The weights of `source` in Q8_0, written to `folder` on first use; `source` itself where that is no gain.

    It is none where a GPU computes, and it is not tried where the disk is full or the folder cannot be written.
    """
    if hardware.gpus():
        return source
    if there := rewritten(source, folder):
        return there
    target = _target(source, folder)
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _remove_remains(target.parent)
        if shutil.disk_usage(folder).free < SPARE_BYTES:
            return source
        _rewrite(source, target)
    except (OSError, LlmUnavailable) as error:
        log.warning("the bundled weights are used as they came: %s", error)
        return source
    for older in target.parent.parent.iterdir():  # of another llama.cpp or another model
        if older != target.parent:
            shutil.rmtree(older, ignore_errors=True)
    return target


def rewritten(source: Path, folder: Path) -> Path | None:
    """The weights in Q8_0 if an earlier start has written them and they seem whole; writes nothing."""
    target = _target(source, folder)
    try:
        return target if sampled_hash(target) == _kept(target).get("sampled") else None
    except OSError:  # not written yet
        return None


def verify(source: Path, folder: Path) -> bool:
    """Whether every byte of the rewritten weights is as it was written; True where there are none.

    Damaged ones lose their checksum, and so are written anew by the next `prepared`.
    """
    target = _target(source, folder)
    if not target.exists():
        return True
    with target.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found == _kept(target).get("sha256"):
        return True
    _checksums(target).unlink(missing_ok=True)
    return False


def _target(source: Path, folder: Path) -> Path:
    made_from = f"{sampled_hash(source)[:12]}-{native.library().__version__}"
    return folder / "weights" / made_from / f"{source.name.split('.')[0]}.Q8_0.gguf"


def _checksums(target: Path) -> Path:
    return target.with_suffix(".checksums.json")


def _kept(target: Path) -> dict[str, str]:
    """What was noted when the file was written; nothing if that is lost."""
    try:
        kept = json.loads(_checksums(target).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}


def _remove_remains(folder: Path) -> None:
    """Delete what a rewriting that was killed has left; one that runs takes seconds."""
    for left in folder.glob(f"{_WRITING}*"):
        if time.time() - left.stat().st_mtime > _LONGEST_SECONDS:
            shutil.rmtree(left, ignore_errors=True)


def _rewrite(source: Path, target: Path) -> None:
    """Write `target` in one move, so that a kill leaves nothing half and two processes do not meet."""
    llama = native.library()
    wanted = llama.llama_model_quantize_default_params()
    wanted.ftype, wanted.allow_requantize = llama.LLAMA_FTYPE_MOSTLY_Q8_0, True
    wanted.nthread = hardware.usable_cores()
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=_WRITING) as workplace:
        partial = Path(workplace) / target.name
        native.clear()
        if llama.llama_model_quantize(str(source).encode(), str(partial).encode(), ctypes.byref(wanted)):
            raise LlmUnavailable(f"llama.cpp could not rewrite {source.name}: {native.last_error()}", "")
        with partial.open("rb") as file:
            kept = {"sha256": hashlib.file_digest(file, "sha256").hexdigest(), "sampled": sampled_hash(partial)}
        partial.replace(target)
        _checksums(target).write_text(json.dumps(kept), "utf-8")
