"""Where a verdict comes from: the passages of the bank that an answer was held against."""

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Markdown, Static

from coach.session import Source
from tui.text import printable
from tui.widgets.footer import KeyFooter


class SourceScreen(ModalScreen[None]):
    """The passages of one question, with the file they stand in."""

    DEFAULT_CSS = """
    SourceScreen { align: center middle; }
    SourceScreen > VerticalScroll { width: 100; max-width: 95%; height: 85%; border: round $primary; padding: 1 2;
        background: $panel; }
    SourceScreen .origin { color: $text-muted; margin-bottom: 1; height: auto; }
    SourceScreen Markdown { background: transparent; }
    """
    BINDINGS = [Binding("escape,o", "dismiss", "Back", id="source.back", tooltip="Back to the question")]

    def __init__(self, source: Source) -> None:
        super().__init__()
        self._source = source

    def compose(self) -> ComposeResult:
        """File and section, then one passage after the other."""
        with VerticalScroll():
            yield Static(printable(self._source.origin), classes="origin", markup=False)
            for passage in self._source.passages:
                yield Markdown(printable(passage), open_links=False)
        yield KeyFooter()
