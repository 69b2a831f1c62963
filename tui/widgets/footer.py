"""The line of keys at the bottom of every screen."""

from textual.app import ComposeResult
from textual.containers import HorizontalGroup
from textual.widgets import Footer
from textual.widgets._footer import FooterKey

from tui.watching import forget_gone

ALWAYS = ("help", "quit")
"""Actions whose keys are never cut, at the right end."""
LEAST = ("go('home')",)
"""Shown only where all others have room: Esc leads there as well."""


class KeyFooter(Footer):
    """Textual's footer, on which no key is cut in two: those that find no room are left to F1.

    It writes its keys anew whenever they change, without keeping the old ones.
    """

    DEFAULT_CSS = """
    KeyFooter > HorizontalGroup { dock: right; width: auto; }
    KeyFooter > HorizontalGroup > FooterKey:last-child { margin-right: 0; }
    """

    def __init__(self) -> None:
        super().__init__(compact=True, show_command_palette=False)

    def compose(self) -> ComposeResult:
        """The keys of the screen from the left, help and quitting at the right end."""
        keys = [key for key in super().compose() if isinstance(key, FooterKey)]
        own = [binding.action for _, binding in self.screen._bindings]
        keys.sort(key=lambda key: own.index(key.action) if key.action in own else len(own))  # the same with every focus
        yield from (key for key in keys if not _always(key))
        with HorizontalGroup():
            yield from filter(_always, keys)

    async def recompose(self) -> None:
        """Write the keys; the old ones followed whether the line is compact."""
        await super().recompose()
        forget_gone(self)
        self._fit()

    def on_resize(self) -> None:
        """Another width has room for other keys."""
        self._fit()

    def _fit(self) -> None:
        """Hide the keys that do not fit, from the right; help and quitting have their room first."""
        keys = list(self.query(FooterKey))
        wanted = sorted(keys, key=lambda key: (not _always(key), _name(key) in LEAST))
        room = self.size.width
        for key in wanted:
            room -= len(key.render()) + 1  # the gap to the next one
            key.display = room >= -1


def _name(key: FooterKey) -> str:
    return key.action.removeprefix("app.")


def _always(key: FooterKey) -> bool:
    return _name(key) in ALWAYS
