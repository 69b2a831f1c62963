"""Library: all questions by topic, searched while one types: by words at once, by meaning a moment later."""

from functools import partial

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from coach.errors import CoachError
from coach.library import Shelf, refined
from coach.models import Question
from tui.screens.base import CoachScreen, calmly
from tui.text import one_line, printable
from tui.widgets.footer import KeyFooter

ALL = ""


class LibraryScreen(CoachScreen[None]):
    """Left: topics. Right: questions. Above: the search box, where typing begins."""

    HELP = (
        "Type to search: questions that contain the words come at once, and when the sentence encoder is ready the "
        "list is ordered by meaning. The arrow keys move into the list, Enter opens a question, Tab reaches the topics."
    )
    CSS = """
    LibraryScreen #query { margin: 0; }
    LibraryScreen OptionList { text-wrap: nowrap; text-overflow: ellipsis; border: none; background: transparent; }
    LibraryScreen OptionList:focus { border: none; background-tint: $foreground 3%; }
    LibraryScreen #topics { width: 32; height: 1fr; padding: 0 1; }
    LibraryScreen #found { height: 1fr; padding: 0 1; }
    LibraryScreen #how { height: 1; padding: 0 1; color: $text-muted; }
    LibraryScreen.-narrow #topics { width: 24; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    AUTO_FOCUS = "#query"
    BINDINGS = [
        Binding("escape", "back", "Back", id="library.back", tooltip="Empty the search, then leave"),
        Binding("down", "into_list", "List", id="library.list", tooltip="Into the list of questions", show=False),
        Binding("ctrl+f", "search", "Search", id="library.search", tooltip="Back to the search box"),
        Binding("f6", "topics", "Topics", id="library.topics", tooltip="To the list of topics"),
        Binding("ctrl+o", "import", "Import", id="library.import", tooltip="Import documents"),
    ]

    def __init__(self, query: str = "", topic: str = ALL) -> None:
        super().__init__()
        self._query = query
        self._topic = topic
        self._shelf: Shelf | None = None

    def compose(self) -> ComposeResult:
        """Search box, then topics beside questions."""
        yield Input(self._query, placeholder="Search the questions", id="query", select_on_focus=False)
        with Horizontal():
            yield OptionList(id="topics", markup=False)
            with Vertical():
                yield Static(id="how", markup=False)
                yield OptionList(id="found", markup=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        """Follow the models: as soon as they are ready the list gets better."""
        self.watch(self.app, "models_ready", self._models_are_ready, init=False)
        self._read()

    def on_screen_resume(self) -> None:
        """Read the bank again after an import or an edit; the first resume can come before there are widgets."""
        if self._shelf is not None:
            self._read()

    @partial(calmly, leave=True)
    def _read(self) -> None:
        self._shelf = Shelf(self.session.store)
        topics = self._shelf.topics()
        if self._topic not in topics:
            self._topic = ALL
        names = self.query_one("#topics", OptionList)
        names.clear_options()
        names.add_option(Option(f"All topics ({sum(topics.values())})", id="all"))
        names.add_options(Option(printable(f"{name} ({count})"), id=f"t:{name}") for name, count in topics.items())
        names.highlighted = 0 if self._topic == ALL else 1 + list(topics).index(self._topic)
        self._look()

    @on(Input.Changed, "#query")
    def typed(self, event: Input.Changed) -> None:
        """Search with every key."""
        if event.value != self._query:
            self._query = event.value
            self._look()

    @on(Input.Submitted, "#query")
    def open_first(self) -> None:
        """Enter in the search box opens the best one."""
        found = self.query_one("#found", OptionList)
        if found.option_count:
            self._open(found.get_option_at_index(found.highlighted or 0).id)

    @on(OptionList.OptionHighlighted, "#topics")
    def choose_topic(self, event: OptionList.OptionHighlighted) -> None:
        """Moving through the topics shows their questions."""
        topic = (event.option.id or "all").removeprefix("t:") if event.option.id != "all" else ALL
        if topic != self._topic:
            self._topic = topic
            self._look()

    @on(OptionList.OptionSelected, "#topics")
    def leave_topics(self) -> None:
        """Enter on a topic goes on to its questions."""
        self.query_one("#found").focus()

    @on(OptionList.OptionSelected, "#found")
    def open_question(self, event: OptionList.OptionSelected) -> None:
        """Enter or a click opens a question."""
        self._open(event.option.id)

    def action_back(self) -> None:
        """First empty the search, then leave."""
        box = self.query_one("#query", Input)
        if box.value:
            box.value = ""
            box.focus()
        else:
            self.app.pop_screen()

    def action_into_list(self) -> None:
        """From the search box into the questions."""
        self.query_one("#found").focus()

    def action_search(self) -> None:
        """Back to the search box."""
        self.query_one("#query").focus()

    def action_topics(self) -> None:
        """To the topics."""
        self.query_one("#topics").focus()

    def action_import(self) -> None:
        """Bring documents in."""
        from tui.screens.import_ import ImportScreen

        self.app.push_screen(ImportScreen())

    # -- searching ----------------------------------------------------------------------------------------------

    @calmly
    def _look(self) -> None:
        """Show what words find; ask for what meaning finds."""
        if self._shelf is None:
            return
        found = self._shelf.find(self._query, self._topic)
        self._show(found, "")
        if self._query.strip() and self.coach.models_ready:
            self._refine(self._query, self._topic)

    def _models_are_ready(self, ready: bool) -> None:
        if ready and self._query.strip():
            self._refine(self._query, self._topic)

    @work(thread=True, exclusive=True, group="search")
    def _refine(self, query: str, topic: str) -> None:
        worker = get_current_worker()
        try:
            ids = refined(self.session, query, topic)
        except CoachError:
            return  # the list by words stands; the status line of the models says what is wrong
        if not worker.is_cancelled:
            self.app.call_from_thread(self._show_refined, query, topic, ids)

    def _show_refined(self, query: str, topic: str, ids: list[str]) -> None:
        if (query, topic) == (self._query, self._topic) and self._shelf is not None:
            by_words = [question.id for question in self._shelf.find(query, topic)]
            self._show(self._shelf.ordered([*ids, *by_words], topic), ", by meaning")

    def _show(self, questions: list[Question], how: str) -> None:
        found = self.query_one("#found", OptionList)
        before = found.highlighted
        kept = found.get_option_at_index(before).id if before is not None else None
        found.clear_options()
        found.add_options(Option(self._line(question), id=question.id) for question in questions)
        ids = [question.id for question in questions]
        if ids:
            found.highlighted = ids.index(kept) if kept in ids and found.has_focus else 0
        number = "No question" if not ids else "1 question" if len(ids) == 1 else f"{len(ids)} questions"
        self.query_one("#how", Static).update(f"{number}{how}" if ids else "No question found. Other words, or Esc.")

    @staticmethod
    def _line(question: Question) -> Content:
        """Level and title, as one line: long titles are cut by the list."""
        title = one_line(question.text)
        return Content.assemble((f"{question.level} ", "$text-muted"), title)

    def _open(self, question_id: str | None) -> None:
        if question_id:
            from tui.screens.question import QuestionScreen

            self.app.push_screen(QuestionScreen(question_id))
