"""The line that says what the models are doing."""

from textual.widgets import Static


class ModelStatus(Static):
    """Shows the app's `models_line`; hidden when there is nothing to say."""

    DEFAULT_CSS = """
    ModelStatus { height: auto; color: $text-muted; padding: 0 1; }
    ModelStatus.quiet { display: none; }
    """

    def on_mount(self) -> None:
        """Follow the app's line."""
        self.watch(self.app, "models_line", self._show)

    def _show(self, text: str) -> None:
        self.set_class(not text, "quiet")
        self.update(f"… {text}" if text and not text.endswith(".") else text)
