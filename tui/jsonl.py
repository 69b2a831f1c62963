"""The machine interface: JSON Lines on standard output and nothing else there, a line out for every line in."""

import json
import sys
from collections import deque
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from coach.errors import CoachError

Record = dict[str, Any]


def print_line(record: object) -> None:
    """Write one JSON value as a line and flush, so that a reader sees each result as it comes."""
    sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def read_batch(path: Path) -> Iterator[tuple[Record | None, Record]]:
    """Yield (record, identity) for every non-empty line of a JSON Lines file; "-" is standard input.

    A line that is not a JSON object gives (None, {"id": ..., "error": ...}). identity is {"id": ...}.
    """
    try:
        data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise CoachError(
            f"Cannot read {path}: {error.strerror}.", "Give a file of JSON Lines, or - for input."
        ) from error
    for number, line in enumerate(data.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield None, {"id": None, "line": number, "error": f"line {number} is not JSON: {error}"}
            continue
        if not isinstance(record, dict):
            yield None, {"id": None, "line": number, "error": f"line {number} is not a JSON object"}
            continue
        yield record, {"id": record.get("id")}


def key_of(identity: object) -> str:
    """An id as text: it may be any JSON value, and not all of them can stand in a set."""
    return json.dumps(identity, sort_keys=True)


def graded_keys(path: Path) -> frozenset[str]:
    """Keys of what an earlier output graded; a torn last line is ignored, a missing file gives none.

    Raises CoachError for a file that cannot be read.
    """
    try:
        lines = path.read_text("utf-8", errors="replace").split("\n") if path.exists() else []
    except OSError as error:
        raise CoachError(f"Cannot read {path}: {error.strerror}.", "Give an earlier output of this command.") from error
    done = set()
    for line in lines:
        with suppress(ValueError, RecursionError):
            record = json.loads(line)
            if isinstance(record, dict) and record.get("status") == "graded":
                done.add(key_of(record.get("id")))
    return frozenset(done)


def run_batch(path: Path, work: Callable[[Record], Record], *, skip: Collection[str] = (), workers: int = 1) -> None:
    """Print `work(record)` for every line, in order, with its id first; a bad line gets its own line with "error".

    skip: keys of ids that are left out.  workers: records worked on at a time, for work that waits for a server.
    """
    lines = (
        (record, identity)
        for record, identity in read_batch(path)
        if record is None or key_of(identity["id"]) not in skip
    )
    if workers == 1:
        for record, identity in lines:
            print_line(_answer(record, identity, work))
        return
    with ThreadPoolExecutor(workers) as pool:
        waiting: deque[Future[Record]] = deque()
        for record, identity in lines:
            waiting.append(pool.submit(_answer, record, identity, work))
            while len(waiting) >= 2 * workers or (waiting and waiting[0].done()):
                print_line(waiting.popleft().result())
        while waiting:
            print_line(waiting.popleft().result())


def _answer(record: Record | None, identity: Record, work: Callable[[Record], Record]) -> Record:
    if record is None:
        return identity
    try:
        return identity | work(record)
    except (CoachError, ValueError, TypeError, KeyError) as error:
        return identity | {"error": describe(error)}


def describe(error: Exception) -> str:
    """One line saying what is wrong with a record."""
    return f"missing field {error}" if isinstance(error, KeyError) else " ".join(str(error).split())
