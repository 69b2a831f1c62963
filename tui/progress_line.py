"""What a command is doing, on one line of the terminal's error output."""

import sys
from types import TracebackType

from tui.text import printable


class ProgressLine:
    """Shows the state of work while the block lasts, and removes the line at its end; silent without a terminal."""

    def __init__(self) -> None:
        self._shown = sys.stderr.isatty()

    def __enter__(self) -> "ProgressLine":
        return self

    def __call__(self, done: int, total: int, what: str) -> None:
        """Show the share that is done, unless `total` is 0, and what is being done."""
        if self._shown:
            share = f"{100 * done // total:3d} %" if total else "     "
            sys.stderr.write(f"\r\x1b[K{share} {printable(what)[:60]}")
            sys.stderr.flush()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
