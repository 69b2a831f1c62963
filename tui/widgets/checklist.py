"""A list of statements to tick; the sign in front says whether one is ticked, not a colour."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.hanging import Hanging, row
from tui.text import printable


class CheckList(OptionList):
    """Space or Enter ticks what is under the cursor."""

    DEFAULT_CSS = """
    CheckList { height: auto; max-height: 50%; border: round $primary; }
    CheckList:focus { border: round $accent; }
    """
    BINDINGS = [("space", "select", "Tick")]

    @dataclass
    class Changed(Message):
        """Something was ticked or unticked."""

        ticked: frozenset[int]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id, markup=False)
        self._statements: Sequence[str | Content] = ()
        self.ticked: frozenset[int] = frozenset()

    def show(self, statements: Sequence[str | Content], ticked: Iterable[int] = ()) -> None:
        """List other statements, those at the positions `ticked` ticked."""
        self._statements, self.ticked = statements, frozenset(ticked)
        self.clear_options()
        self.add_options(Option(self._line(index)) for index in range(len(statements)))
        self.highlighted = 0

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Tick or untick."""
        event.stop()
        self.ticked ^= {event.option_index}
        self.replace_option_prompt_at_index(event.option_index, self._line(event.option_index))
        self.post_message(self.Changed(self.ticked))

    def _line(self, index: int) -> Content:
        mark = ("✔ ", "bold") if index in self.ticked else ("□ ", "$text-muted")
        statement = self._statements[index]
        return Hanging([row(mark, statement if isinstance(statement, Content) else printable(statement))])
