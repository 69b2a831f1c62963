"""Everything of a home as text: JSON Lines that another home takes in, or CSV tables for other programs.

The first line of an export says what it is; each further line is `{"table": ..., "row": {...}}`. What can be computed
again (schedules, passages, vectors) is not in it; API keys never are, since no home holds any.
"""

import csv
import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import mkstemp
from typing import Any, TextIO

from coach.errors import CoachError
from coach.merge import Merge
from coach.schedule import Schedule
from coach.storage import Store
from coach.storage.tables import EXPORTED, Row

FORMAT, VERSION = "interview-coach export", 1
LONGEST_LINE = 16 * 2**20
"""Characters of one row; an answer has at most a few hundred thousand."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(slots=True)
class Exchange:
    """Numbers of rows by table. added: written; known: there already, left as they were."""

    added: Counter[str] = field(default_factory=Counter)
    known: Counter[str] = field(default_factory=Counter)


def export_jsonl(store: Store, target: Path, at: datetime) -> Exchange:
    """Write everything of the home to one file; complete or not at all. Raises CoachError."""
    done = Exchange()
    with _new_file(target) as file, store.snapshot():
        _line(file, {"format": FORMAT, "version": VERSION, "exported_at": at.isoformat(timespec="seconds")})
        for table in EXPORTED:
            for row in store.tables.rows(table):
                _line(file, {"table": table, "row": row})
                done.added[table] += 1
    return done


def export_csv(store: Store, folder: Path) -> Exchange:
    """Write a CSV file per table, for spreadsheets and notebooks. Raises CoachError.

    A cell that a spreadsheet would take for a formula is preceded by an apostrophe, since answers and imported
    documents may hold anything.
    """
    done = Exchange()
    with store.snapshot():
        for table in EXPORTED:
            with _new_file(folder / f"{table}.csv") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(store.tables.columns(table))
                for row in store.tables.rows(table):
                    writer.writerow([cell(value) for value in row.values()])
                    done.added[table] += 1
    return done


def cell(value: Any) -> str | int | float | None:
    """A value as a CSV cell that no spreadsheet executes."""
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


def import_jsonl(store: Store, schedule: Schedule, source: Path) -> Exchange:
    """Take an export in, in one transaction: what this home lacks is added, what it has stays as it is.

    Reviews of both homes are ordered by time. Raises CoachError naming the line when anything is wrong; then nothing
    has changed.
    """
    done = Exchange()
    with store.atomic():
        merge = Merge(store)
        for number, table, row in _rows(source):
            try:
                added = merge.take(table, row)
            except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
                raise CoachError(f"{source}:{number}: {error}.", "Nothing was imported.") from error
            (done.added if added else done.known)[table] += 1
        try:
            added_reviews = merge.finish()
        except ValueError as error:
            raise CoachError(f"{source}: {error}.", "Nothing was imported.") from error
        if added_reviews:
            schedule.rebuild()
        done.known["review_log"] += done.added["review_log"] - added_reviews
        done.added["review_log"] = added_reviews
    return done


def _rows(source: Path) -> Iterator[tuple[int, str, Row]]:
    """(line number, table, row) of an export."""
    try:
        with source.open(encoding="utf-8") as file:
            lines = iter(lambda: file.readline(LONGEST_LINE), "")
            _check_head(source, next(lines, ""))
            for number, line in enumerate(lines, start=2):
                if line.strip():
                    record = _parsed(line, source, number)
                    table, row = record.get("table"), record.get("row")
                    if table not in EXPORTED or not isinstance(row, dict):
                        raise CoachError(f"{source}:{number}: no row of a known table.", "Nothing was imported.")
                    yield number, table, row
    except (OSError, UnicodeDecodeError) as error:
        raise CoachError(f"Cannot read {source}: {error}.", "Give a file that `coach export` wrote.") from error


def _check_head(source: Path, line: str) -> None:
    head = _parsed(line, source, 1)
    if head.get("format") != FORMAT:
        raise CoachError(f"{source} is no export of the coach.", "Documents are imported with `coach ingest`.")
    if head.get("version") != VERSION:
        raise CoachError(f"{source} was exported by a newer version of the coach.", "Update the coach first.")


def _parsed(line: str, source: Path, number: int) -> Row:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        if number == 1:
            record = {}
        else:
            raise CoachError(f"{source}:{number}: not JSON ({error}).", "Nothing was imported.") from error
    return record if isinstance(record, dict) else {}


def _line(file: TextIO, record: Row) -> None:
    file.write(json.dumps(record, ensure_ascii=False) + "\n")


@contextmanager
def _new_file(target: Path) -> Iterator[TextIO]:
    """A text file, private, that appears under its name when it is complete."""
    unfinished = ""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, unfinished = mkstemp(prefix=f".{target.name}.", dir=target.parent)
        # a lone surrogate, which a terminal may pass on, is no reason to lose an export
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            yield file
        os.replace(unfinished, target)
    except OSError as error:
        raise CoachError(f"Cannot write {target}: {error.strerror}.", "Choose another place.") from error
    finally:
        with suppress(OSError):
            os.unlink(unfinished)
