"""Loads llama.cpp, and keeps what it logs: for error messages and `coach doctor`, never for the screen."""

import ctypes
from collections import deque
from typing import Any

_LINES: deque[tuple[int, str]] = deque(maxlen=400)
_ERROR = 4  # ggml's number for that level
_installed: list[object] = []  # the C side keeps only a pointer to the callback, so it must outlive every model


def library() -> Any:
    """The module `llama_cpp`, imported on first use, with its log going into memory."""
    import llama_cpp

    if not _installed:

        @llama_cpp.llama_log_callback
        def keep(level: int, text: bytes | None, _data: object) -> None:
            if text and (line := text.decode("utf-8", "replace").strip(" .\n")):
                _LINES.append((level, line))

        llama_cpp.llama_log_set(keep, ctypes.c_void_p(0))
        _installed.append(keep)
        llama_cpp.llama_backend_init()
    return llama_cpp


def clear() -> None:
    """Forget earlier lines, so that what follows belongs to one action."""
    _LINES.clear()


def lines() -> list[str]:
    """The last lines that llama.cpp logged, oldest first."""
    return [line for _, line in _LINES]


def last_error() -> str:
    """The first error logged since `clear`, which names the cause of those after it; "" if there was none."""
    return next((line.split(": ", 1)[-1] for level, line in _LINES if level == _ERROR), "")


def gpu_devices() -> list[tuple[str, int, int]]:
    """(name, free bytes, total bytes) of each GPU that ggml has a backend for."""
    from llama_cpp import _ggml

    ggml = _ggml.libggml
    gpu_types = (1, 2)  # GGML_BACKEND_DEVICE_TYPE_GPU and _IGPU
    for name in ("ggml_backend_dev_get", "ggml_backend_dev_description"):
        getattr(ggml, name).restype = ctypes.c_void_p
    ggml.ggml_backend_dev_count.restype = ctypes.c_size_t
    devices = []
    for i in range(ggml.ggml_backend_dev_count()):
        device = ctypes.c_void_p(ggml.ggml_backend_dev_get(ctypes.c_size_t(i)))
        if ggml.ggml_backend_dev_type(device) not in gpu_types:
            continue
        free, total = ctypes.c_size_t(), ctypes.c_size_t()
        ggml.ggml_backend_dev_memory(device, ctypes.byref(free), ctypes.byref(total))
        name = ctypes.string_at(ggml.ggml_backend_dev_description(device)).decode()
        devices.append((name, free.value, total.value))
    return devices
