"""What `coach doctor` finds: versions, devices, measured speeds, problems with what to do about each."""

import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from coach.assemble import Parts
from coach.backup import backups
from coach.clock import utc_now
from coach.errors import CoachError
from coach.paths import shared_cache

Findings = dict[str, Any]


def examine(parts: Parts) -> Findings:
    """Load every part, measure the model, collect problems. `network_used` is counted, not assumed."""
    problems: list[str] = []
    with counted_connections() as connections:
        findings: Findings = {"python": sys.version.split()[0], "torch": _package("torch")}
        findings |= _guarded(problems, lambda: {"gpu": _gpu()}, {"gpu": None})
        findings |= _guarded(problems, lambda: _encoder(parts), {"encoder": None})
        findings |= _guarded(problems, lambda: _language_model(parts, problems, findings["gpu"]), NO_MODEL)
        findings |= _guarded(problems, lambda: _weights(parts, problems), {"weights_verified": False})
        findings |= _guarded(problems, lambda: {"judge": parts.judge.name}, {"judge": None})
        findings |= _guarded(problems, lambda: _bank(parts), {"questions": 0})
        findings |= _guarded(problems, lambda: _backups(parts, problems), {"newest_backup": None})
        findings["faiss"] = _package("faiss-gpu-cu12") or _package("faiss-cpu")
    findings["network_used"] = bool(connections)
    return findings | {"problems": problems}


NO_MODEL: Findings = {
    "model": None,
    "gpu_layers": 0,
    "prefill_tokens_per_s": None,
    "decode_tokens_per_s": None,
    "context": None,
}


_NETWORK = ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname")
_counting: list[list[object]] = []  # the lists that are being filled


@contextmanager
def counted_connections() -> Iterator[list[object]]:
    """Collects every internet connection, datagram and name look-up that this process tries meanwhile.

    By the interpreter's audit events, which no Python library can get round.
    """
    _listen()
    seen: list[object] = []
    _counting.append(seen)
    try:
        yield seen
    finally:
        _counting.remove(seen)


@cache
def _listen() -> None:
    sys.addaudithook(_note)  # for the rest of the process: hooks cannot be taken back


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if not _counting or event not in _NETWORK:
        return
    first = arguments[0]
    if not isinstance(first, socket.socket) or first.family in (socket.AF_INET, socket.AF_INET6):
        for seen in _counting:
            seen.append((event, *arguments[1:]))


def _guarded(problems: list[str], look: Callable[[], Findings], otherwise: Findings) -> Findings:
    try:
        return look()
    except CoachError as error:
        problems.append(str(error))
        return otherwise


def _gpu() -> str | None:
    """The name of the device that torch would compute on; None without one. Raises CoachError without torch."""
    try:
        import torch
    except (ImportError, OSError) as error:
        raise CoachError(f"PyTorch cannot be loaded: {error}.", "Run `make install`.") from error
    return torch.cuda.get_device_name(0) if torch.cuda.is_available() else None


def _package(name: str) -> str | None:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return None


def _encoder(parts: Parts) -> Findings:
    vector = parts.embedder.encode(["an encoder that works"])
    return {"encoder": parts.embedder.identity, "dimensions": int(vector.shape[1])} | parts.retriever.refresh()


def _bank(parts: Parts) -> Findings:
    return {"home": str(parts.config.paths.home), "questions": len(parts.store.questions.live())}


def _backups(parts: Parts, problems: list[str]) -> Findings:
    """Write today's backup, if it is missing: what keeps it from being written shows here rather than in need."""
    parts.back_up_daily(parts.schedule.clock.day(utc_now())).join()
    if parts.backup_problem:
        problems.append(parts.backup_problem)
    newest = next(iter(backups(parts.config.paths)), None)
    return {"newest_backup": newest.written.isoformat(timespec="seconds") if newest else None}


def _language_model(parts: Parts, problems: list[str], gpu: str | None) -> Findings:
    llm = parts.llm
    if parts.llm_problem:
        problems.append(parts.llm_problem)
    if llm is None:
        return NO_MODEL
    found = NO_MODEL | {"model": llm.name, "context": llm.context_tokens}
    from coach.llm.local import LlamaCppModel

    if not isinstance(llm, LlamaCppModel):  # on a server: nothing here to measure
        return found
    from coach.llm.measure import speeds

    measured = speeds(llm, gpu_seen=gpu is not None)
    if measured.warning:
        problems.append(measured.warning)
    return found | {
        "gpu_layers": measured.gpu_layers,
        "layers": measured.layers,
        "prefill_tokens_per_s": round(measured.prefill_tokens_per_s, 1),
        "decode_tokens_per_s": round(measured.decode_tokens_per_s, 1),
        "threads": measured.threads,
        "kv_type": measured.kv_type,
        "memory_bytes": measured.memory_bytes,
        "trusted_for": sorted(parts.trusted_tasks),
    }


def _weights(parts: Parts, problems: list[str]) -> Findings:
    """Checksums of the bundled weights, also as they were rewritten: a damaged file must not judge anybody."""
    from coach.llm.bundled import ENCODER_SHA256, MODEL_SHA256, is_whole, model_path
    from coach.llm.fast_weights import verify
    from coach.retrieval.embedder import bundled_encoder

    checks = {"language model": (model_path(), MODEL_SHA256)}
    checks["sentence encoder"] = (bundled_encoder() / "model.safetensors", ENCODER_SHA256)
    whole = {name: is_whole(path, expected) for name, (path, expected) in checks.items()}
    problems += [
        f"The bundled {name} is damaged. Reinstall with `make install`." for name, fine in whole.items() if not fine
    ]
    rewritten = verify(model_path(), shared_cache())
    if not rewritten:
        problems.append("The rewritten language model is damaged. The next start writes it anew.")
    return {"weights_verified": rewritten and all(whole.values())}
