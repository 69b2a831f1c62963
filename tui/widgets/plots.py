"""Plots: a panel holds a picture and the sentence that says the same in words."""

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.color import Color
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static
from textual_plotext import PlotextPlot

from tui.text import printable

Rgb = tuple[int, int, int]
Draw = Callable[["Plot"], None]


class Plot(PlotextPlot):
    """A Plotext plot in the colours of the theme; `draw` is called again whenever the theme changes."""

    DEFAULT_CSS = "Plot { height: 12; }"

    def __init__(self, draw: Draw) -> None:
        super().__init__()
        self._draw = draw

    def on_mount(self) -> None:
        """Draw, and again with every theme."""
        super().on_mount()
        self.app.theme_changed_signal.subscribe(self, lambda _: self.redraw())
        self.redraw()

    def on_unmount(self) -> None:
        """Follow no theme any more."""
        self.app.theme_changed_signal.unsubscribe(self)

    def redraw(self) -> None:
        """Draw from the beginning."""
        self.plt.clear_data()
        self._draw(self)
        self.refresh()

    def rgb(self, name: str) -> Rgb:
        """A colour of the theme, e.g. "primary"."""
        return Color.parse(self.app.theme_variables[name]).rgb


class Panel(Vertical):
    """A titled box: a picture above, its sentence below."""

    DEFAULT_CSS = """
    Panel { height: auto; border: round $primary; padding: 0 1; border-title-color: $accent; }
    Panel > .sentence { height: auto; color: $text-muted; }
    """

    def __init__(self, title: str, picture: Widget | None, sentence: str, *, id: str) -> None:
        super().__init__(id=id)
        self.border_title = title
        self._picture = picture
        self._sentence = sentence

    def compose(self) -> ComposeResult:
        """Picture, then sentence."""
        if self._picture is not None:
            yield self._picture
        yield Static(printable(self._sentence), markup=False, classes="sentence")


FIRST_ROWS = 11
"""Rows shown at first: as high as the plots beside them."""


class RangeBars(Static):
    """Horizontal bars from low to high with the estimate in them, 0..1: what is known and how surely."""

    DEFAULT_CSS = "RangeBars { height: auto; }"

    def __init__(self, rows: Sequence[tuple[str, float, float, float, bool]], first: int = FIRST_ROWS) -> None:
        """rows: (name, low, estimate, high, weak).  first: how many are shown at first."""
        super().__init__(markup=False)
        self._rows = rows
        self._first = first
        self._all = False

    def on_resize(self) -> None:
        """Draw as wide as there is room."""
        names = max((len(row[0]) for row in self._rows), default=0)
        width = max(8, self.size.width - names - 14)
        shown = self._rows if self._all else self._rows[: self._first]
        lines = [self._line(row, names, width) for row in shown]
        if len(self._rows) > len(shown):
            lines.append(Content.styled(f"… and {len(self._rows) - len(shown)} more", "$text-muted"))
        self.update(Content("\n").join(lines))

    def toggle(self) -> None:
        """Show all rows, or the first ones only."""
        self._all = not self._all
        self.on_resize()

    def _line(self, row: tuple[str, float, float, float, bool], names: int, width: int) -> Content:
        name, low, estimate, high, weak = row
        start, at, end = (min(width - 1, int(value * width)) for value in (low, estimate, high))
        head = Content.assemble((f"{printable(name):<{names}} ", "bold" if weak else ""))
        range_ = [("─" * start, "$panel-lighten-2"), ("━" * (at - start), "$primary")]
        rest = [("━" * (end - at), "$primary"), ("─" * (width - end - 1), "$panel-lighten-2")]
        mark = ("◆", "$warning" if weak else "$success")
        return Content.assemble(head, *range_, mark, *rest, f" {estimate:4.0%}", (" weak" if weak else "", "$warning"))


class ScoreBars(Static):
    """A bar for each score from 0 to 5, with its number; None: nothing was measured."""

    DEFAULT_CSS = "ScoreBars { height: auto; margin-bottom: 1; }"

    def __init__(self, rows: Sequence[tuple[str, float | None]]) -> None:
        """rows: (name, score)."""
        super().__init__(markup=False)
        self._rows = rows

    def on_resize(self) -> None:
        """Draw as wide as there is room."""
        names = max((len(name) for name, _ in self._rows), default=0)
        width = max(5, self.size.width - names - 6)
        self.update(Content("\n").join(self._line(name, score, names, width) for name, score in self._rows))

    def _line(self, name: str, score: float | None, names: int, width: int) -> Content:
        filled = round(width * (score or 0.0) / 5)
        number = "  –" if score is None else f"{score:.1f}"
        bar, rest = ("█" * filled, "$primary"), ("·" * (width - filled), "$text-muted")
        return Content.assemble(f"{printable(name):<{names}} ", bar, rest, f"  {number}")
