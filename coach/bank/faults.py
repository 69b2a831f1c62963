"""What is wrong in a question file, and where."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault: `what` is wrong in `line` (from 1) and what was `expected` there."""

    line: int
    what: str
    expected: str

    def shown(self, path: str) -> str:
        """The fault as one line, in the form editors and terminals can jump to."""
        return f"{path}:{self.line}: {self.what}, expected {self.expected}"
