"""Unsent and unsaved text in side files, apart from the database: what was typed survives a crash or a full disk.

A draft is rewritten at every key, so that a closed terminal or a killed process loses nothing. A rescued answer is one
that the database refused.
"""

import contextlib
import os
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from coach.paths import Paths

LONGEST_NAME = 120  # of a file, well below every file system's limit even with a prefix


class Drafts:
    """The side files of one home, in its folder `rescued`."""

    def __init__(self, paths: Paths) -> None:
        self._folder = paths.rescued

    def keep(self, question_id: str, text: str) -> None:
        """Store the unsent text of a question, replacing the one before; empty text forgets it. Raises OSError."""
        file = self._draft(question_id)
        if not text:
            file.unlink(missing_ok=True)
            return
        self._write(file, text)

    def get(self, question_id: str) -> str:
        """The unsent text of a question, "" without any."""
        with contextlib.suppress(OSError, UnicodeDecodeError):
            return self._draft(question_id).read_text("utf-8")
        return ""

    def rescue(self, question_id: str, question: str, text: str, at: datetime) -> Path:
        """Put an answer that the database refused into a file of its own; returns the file. Raises OSError."""
        file = self._folder / f"answer-{at:%Y%m%d-%H%M%S-%f}-{_file_name(question_id)}.txt"
        self._write(file, f"{question}\n\n{text}\n")
        return file

    def _draft(self, question_id: str) -> Path:
        return self._folder / f"draft-{_file_name(question_id)}.txt"

    def _write(self, file: Path, text: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = file.with_suffix(".new")
        fresh.write_text(text, "utf-8", errors="backslashreplace")  # a lone surrogate must not lose the rest
        os.replace(fresh, file)  # a crash in the middle leaves the old draft


def _file_name(question_id: str) -> str:
    return quote(question_id, safe="")[:LONGEST_NAME]
