"""The machine interface: JSON Lines on standard output and nothing else there, a line out for every line in."""

import json
import sys
from collections.abc import Callable, Iterator
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


def run_batch(path: Path, work: Callable[[Record], Record]) -> None:
    """Print `work(record)` for every line, with its id first; a bad line gets its own line with "error"."""
    for record, identity in read_batch(path):
        if record is None:
            print_line(identity)
            continue
        try:
            print_line(identity | work(record))
        except (CoachError, ValueError, TypeError, KeyError) as error:
            print_line(identity | {"error": describe(error)})


def describe(error: Exception) -> str:
    """One line saying what is wrong with a record."""
    return f"missing field {error}" if isinstance(error, KeyError) else " ".join(str(error).split())
