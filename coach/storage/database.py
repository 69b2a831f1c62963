"""`Database` of sqlite-utils, imported without NumPy and pandas.

sqlite-utils imports both where they are installed, to convert their scalars; we store plain values only. Left out, the
first frame of the screen comes a tenth sooner. The modules themselves stay importable for everybody else.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Database"]


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Make importing these modules fail inside, unless they are loaded already."""
    spared = [name for name in names if name not in sys.modules]
    for name in spared:
        sys.modules[name] = None  # type: ignore[assignment]  # means "not found" to the import system
    try:
        yield
    finally:
        for name in spared:
            del sys.modules[name]


with without("numpy", "pandas"):
    from sqlite_utils import Database
