"""Readers of document layouts: one small module each, chosen by looking at the content.

A reader is a module of this package with two functions,

    sniff(text: str) -> float            how sure it is, 0..1, that the text has its layout
    read(text: str, name: str) -> Parsed what the document holds; `name` is its path, for the list of skipped parts

Adding a layout means adding a module: nothing else has to be changed.
"""

import pkgutil
from functools import cache
from importlib import import_module
from typing import Protocol, cast

from coach.bank.drafts import Parsed

SURE_ENOUGH = 0.1
"""A document for which no reader is surer than this is refused."""

LOOKED_AT = 200_000
"""Characters of a document that decide its layout: every reader looks at them, and only one reads the rest."""


class Reader(Protocol):
    """What a module of this package offers."""

    __name__: str

    def sniff(self, text: str) -> float:
        """Return how sure the reader is, 0..1, that this is its layout."""
        ...

    def read(self, text: str, name: str) -> Parsed:
        """Return the questions of the document and the parts that could not be read."""
        ...


@cache
def readers() -> tuple[Reader, ...]:
    """Every reader there is, by name."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return tuple(cast(Reader, import_module(f"{__name__}.{name}")) for name in names)


def reader_for(text: str) -> Reader | None:
    """The reader that is surest about this text, or None if none understands it."""
    beginning = text[:LOOKED_AT].rpartition("\n")[0] if len(text) > LOOKED_AT else text
    ranked = [(reader.sniff(beginning), reader) for reader in readers()]
    confidence, reader = max(ranked, key=lambda pair: pair[0])
    return reader if confidence > SURE_ENOUGH else None
