"""The keys of a screen as a list: what the help screen shows and the command palette offers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import format_key
from textual.screen import Screen


@dataclass(frozen=True, slots=True)
class KeyHelp:
    """One action.  keys: as shown, remapped ones included.  id: name under which `screen.keys` remaps it."""

    keys: str
    title: str
    purpose: str
    id: str
    action: str
    node: DOMNode


def keys_of(app: App[Any], screen: Screen[Any]) -> list[KeyHelp]:
    """Keys of our own widgets on the screen, of the screen, and of the app; each action once."""
    found: dict[str, KeyHelp] = {}
    for node in _ours(app, screen):
        bindings = node._bindings.copy()
        bindings.apply_keymap(app._keymap)
        for name, group in _by_action(bindings.key_to_bindings).items():
            first = group[0]
            keys = " ".join(dict.fromkeys(format_key(binding.key) for binding in group))
            found.setdefault(name, KeyHelp(keys, first.description, first.tooltip, name, first.action, node))
    return list(found.values())


def _ours(app: App[Any], screen: Screen[Any]) -> Iterator[DOMNode]:
    yield screen
    for node in screen.query("*"):
        if type(node).__module__.startswith("tui."):
            yield node
    yield app


def _by_action(bindings: dict[str, list[Binding]]) -> dict[str, list[Binding]]:
    """Bindings with an id and a tooltip, by id: the rest are Textual's own (scrolling, copying)."""
    named: dict[str, list[Binding]] = {}
    for group in bindings.values():
        for binding in group:
            if binding.id and binding.tooltip:
                named.setdefault(binding.id, []).append(binding)
    return named
