"""An offline interview coach: the core, free of any terminal."""

import os
from typing import TYPE_CHECKING

# OpenMP threads that wait for one another spin for milliseconds by default. With one other busy program on two cores
# that made the language model two hundred times slower (54 s instead of 0.3 s for ten tokens, measured). Read when the
# OpenMP library is loaded, by PyTorch or llama.cpp, whichever comes first: hence here.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

if TYPE_CHECKING:
    from coach.api import Coach

__all__ = ["Coach"]


def __getattr__(name: str) -> object:
    """`from coach import Coach` loads the rest of the program; `import coach` alone stays cheap."""
    if name == "Coach":
        from coach.api import Coach

        return Coach
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
