"""Loads llama.cpp, and keeps what it logs: for error messages and `coach doctor`, never for the screen."""

import ctypes
import os
from collections import deque
from typing import Any

_LINES: deque[str] = deque(maxlen=400)
_installed: list[object] = []  # the C side keeps only a pointer to the callback, so it must outlive every model


def library() -> Any:
    """The module `llama_cpp`, imported on first use, with its log going into memory."""
    if not _installed:
        # Threads of one model meet some nine hundred times a token. By default they spin for milliseconds when one is
        # late, so on a busy machine all of them starve (measured: 5.9 s instead of 2.0 s for a reply beside another
        # program on both cores). Set before the OpenMP library is loaded, or it has no effect.
        os.environ.setdefault("GOMP_SPINCOUNT", "1000")
    import llama_cpp

    if not _installed:

        @llama_cpp.llama_log_callback
        def keep(_level: int, text: bytes | None, _data: object) -> None:
            if text and (line := text.decode("utf-8", "replace").strip(" .\n")):
                _LINES.append(line)

        llama_cpp.llama_log_set(keep, ctypes.c_void_p(0))
        _installed.append(keep)
        llama_cpp.llama_backend_init()
    return llama_cpp


def clear() -> None:
    """Forget earlier lines, so that what follows belongs to one action."""
    _LINES.clear()


def lines() -> list[str]:
    """The last lines that llama.cpp logged, oldest first."""
    return list(_LINES)


def last_error() -> str:
    """The line that most likely names the cause of a failure, or an empty text."""
    telling = [
        line for line in _LINES if any(word in line.lower() for word in ("error", "fail", "unknown", "unsupport"))
    ]
    return telling[0] if telling else ""
