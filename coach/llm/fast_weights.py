"""The bundled weights in a number format that this machine multiplies faster.

llama.cpp has fast matrix kernels on a CPU for some formats only, and none for Q4_1, in which the bundled model comes.
The same weights in Q8_0 read an answer and judge it in half the time (measured: docs/engine.md). So they are rewritten
once, beside all homes of a user, as a cache that is safe to delete. Rewriting keeps 8 bits where 4 were, so next to
nothing is lost; every user of the bundled model gets the same file from the same llama.cpp.
"""

import ctypes
import logging
import shutil
import tempfile
from pathlib import Path

from coach.errors import LlmUnavailable
from coach.llm import hardware, native
from coach.llm.gguf_file import check_whole, read_head
from coach.llm.identity import sampled_hash

log = logging.getLogger(__name__)
SPARE_BYTES = 1 << 30
"""What must stay free on the disk: a cache may not fill it."""


def prepared(source: Path, folder: Path) -> Path:
    """The weights of `source` in Q8_0, written to `folder` on first use; `source` itself where that is no gain.

    It is none where a GPU computes, and it is not tried where the disk is full or the folder cannot be written.
    """
    if hardware.gpus():
        return source
    made_from = f"{sampled_hash(source)[:12]}-{native.library().__version__}"
    target = folder / "weights" / made_from / f"{source.name.split('.')[0]}.Q8_0.gguf"
    if _is_whole(target):
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
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


def _is_whole(path: Path) -> bool:
    try:
        check_whole(read_head(path))
    except LlmUnavailable:  # missing or truncated
        return False
    return True


def _rewrite(source: Path, target: Path) -> None:
    """Write `target` in one move, so that a kill leaves nothing half and two processes do not meet."""
    llama = native.library()
    wanted = llama.llama_model_quantize_default_params()
    wanted.ftype, wanted.allow_requantize = llama.LLAMA_FTYPE_MOSTLY_Q8_0, True
    wanted.nthread = hardware.usable_cores()
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="writing-") as workplace:
        partial = Path(workplace) / target.name
        native.clear()
        if llama.llama_model_quantize(str(source).encode(), str(partial).encode(), ctypes.byref(wanted)):
            raise LlmUnavailable(f"llama.cpp could not rewrite {source.name}: {native.last_error()}", "")
        partial.replace(target)
