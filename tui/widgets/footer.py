"""The line of keys at the bottom of every screen."""

from textual.widgets import Footer

from tui.watching import forget_gone


class KeyFooter(Footer):
    """Textual's footer, which writes its keys anew whenever they change, without keeping the old ones."""

    def __init__(self) -> None:
        super().__init__(compact=True, show_command_palette=False)

    async def recompose(self) -> None:
        """Write the keys; the old ones followed whether the line is compact."""
        await super().recompose()
        forget_gone(self)
