"""Import: a path, what it would change, then the import itself with its progress."""

from collections.abc import Iterator
from pathlib import Path

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.suggester import Suggester
from textual.widgets import Input, ProgressBar, Static
from textual.worker import get_current_worker

from coach.errors import CoachError
from coach.ingest import NothingRead, Report, default_collection
from tui.figures import counted
from tui.hanging import Hanging, Row, row
from tui.screens.base import CoachScreen
from tui.text import printable
from tui.typed_path import existing
from tui.widgets.footer import KeyFooter

SIGNS = {"new": ("+", "$success"), "changed": ("~", "$warning"), "gone": ("-", "$error")}
SHOWN = 300
LOOK_AGAIN = Content.styled("The path or the name has changed: Enter looks again.", "$text-muted")


class PathSuggester(Suggester):
    """Completes the path that is being typed from what is on the disk."""

    def __init__(self) -> None:
        super().__init__(use_cache=False, case_sensitive=True)

    async def get_suggestion(self, value: str) -> str | None:
        """The first entry of the folder that begins like the last part."""
        folder, _, begun = value.rpartition("/")
        base = existing(folder or ("/" if value.startswith("/") else "."))
        if base is None:
            return None
        try:
            names = sorted(entry.name + "/" * entry.is_dir() for entry in base.iterdir())
        except OSError:
            return None
        matching = (name for name in names if name.startswith(begun) and (begun or not name.startswith(".")))
        name = next(matching, None)
        return None if name is None else value[: len(value) - len(begun)] + name


Asked = tuple[str, str]
"""What stands in the two boxes: path, name of the collection."""


class ImportScreen(CoachScreen[None]):
    """Enter looks first and changes nothing; only then Ctrl+S imports."""

    HELP = (
        "Give a file or a folder: Markdown, text, HTML, docx, PDF, CSV or an Anki package. You see what would be new, "
        "changed and gone before anything is written; review history is kept."
    )
    CSS = """
    ImportScreen #page { padding: 1 2; }
    ImportScreen .label { height: auto; color: $text-muted; }
    ImportScreen #outcome { height: auto; margin-top: 1; }
    ImportScreen #progress { margin-top: 1; display: none; }
    ImportScreen #progress.busy { display: block; }
    ImportScreen #doing { height: auto; color: $text-muted; }
    """
    AUTO_FOCUS = "#path"
    BINDINGS = [
        Binding("escape", "back", "Back", id="import.back", tooltip="Back to the library"),
        Binding("ctrl+s", "import", "Import", id="import.import", tooltip="Do what the preview says"),
    ]

    def __init__(self, path: str = "") -> None:
        super().__init__()
        self._path = path
        self._previewed: Asked | None = None
        self._busy = False

    def compose(self) -> ComposeResult:
        """Path, name, then what would happen."""
        with VerticalScroll(id="page", can_focus=False):
            yield Static("File or folder (→ completes, Enter looks)", classes="label")
            yield Input(self._path, id="path", placeholder="~/notes/interview.md", suggester=PathSuggester())
            yield Static("Name of the collection", classes="label")
            yield Input(id="collection", placeholder="by default the name of the file")
            yield ProgressBar(id="progress", show_eta=False)
            yield Static(id="doing", markup=False)
            yield Static(id="outcome", markup=False)
        yield KeyFooter()

    @on(Input.Changed)
    def changed(self) -> None:
        """A preview of something else must not be taken for one of this."""
        if self._previewed not in (None, self._asked()):
            self._previewed = None
            self._tell(LOOK_AGAIN)

    @on(Input.Submitted)
    def preview(self) -> None:
        """Look, without writing anything."""
        if not self._busy:
            self._start(dry_run=True)

    def action_import(self) -> None:
        """Import what was previewed; without a preview, look first."""
        if not self._busy:
            self._start(dry_run=self._previewed != self._asked())

    def action_back(self) -> None:
        """Leave; an import that runs is finished all the same, in one transaction."""
        self.app.pop_screen()

    # -- work ---------------------------------------------------------------------------------------------------

    def _asked(self) -> Asked:
        return self.query_one("#path", Input).value.strip(), self.query_one("#collection", Input).value.strip()

    def _start(self, *, dry_run: bool) -> None:
        asked = self._asked()
        path = existing(asked[0]) if asked[0] else None
        if path is None:
            self._tell(Content.styled(f"There is no {printable(asked[0]) or 'path given'}.", "$warning"))
            return
        self._busy = True
        self.query_one("#progress").add_class("busy")
        self._tell(Content(""))
        self._run(path, asked, dry_run)

    @work(thread=True, exclusive=True, group="import")
    def _run(self, path: Path, asked: Asked, dry_run: bool) -> None:
        worker = get_current_worker()

        def progress(done: int, total: int, what: str) -> None:
            if not worker.is_cancelled:
                self.app.call_from_thread(self._progress, done, total, what)

        outcome: Report | CoachError
        try:
            outcome = self.coach.parts.ingest([path], asked[1], dry_run=dry_run, progress=progress)
        except CoachError as error:
            outcome = error
        if not worker.is_cancelled:
            self.app.call_from_thread(self._finished, outcome, path, asked, dry_run)

    def _progress(self, done: int, total: int, what: str) -> None:
        self.query_one("#progress", ProgressBar).update(total=max(total, 1), progress=done)
        self.query_one("#doing", Static).update(printable(what))

    def _finished(self, outcome: Report | CoachError, path: Path, asked: Asked, dry_run: bool) -> None:
        self._busy = False
        self.query_one("#progress").remove_class("busy")
        self.query_one("#doing", Static).update("")
        if dry_run and asked != self._asked():
            self._tell(LOOK_AGAIN)
            return
        if isinstance(outcome, CoachError):
            report = outcome.report if isinstance(outcome, NothingRead) else Report()
            lines = [row("", (printable(outcome.message), "bold $warning")), row("", printable(outcome.hint))]
            self._tell(Hanging([*lines, *skipped_lines(report)]))
            return
        self._previewed = asked if dry_run else None
        before = {q.id: q.text for q in self.session.store.questions.many([key for _, key, _ in outcome.changes])}
        name = asked[1] or default_collection([path])
        self._tell(Hanging([_head(outcome, name, dry_run), *change_lines(outcome, before, dry_run)]))

    def _tell(self, content: Content) -> None:
        self.query_one("#outcome", Static).update(content)


def _head(report: Report, name: str, dry_run: bool) -> Row:
    """What would happen, or what happened."""
    counts = f"{report.new} new, {report.changed} changed, {report.unchanged} unchanged, {report.gone} gone"
    found = f"{counted(report.questions, 'question')} in {counted(report.documents, 'document')}: {counts}."
    if not dry_run:
        return row("", ("Imported. ", "bold $success"), found, "\n")
    if not (report.new or report.changed or report.gone):
        return row("", found, (" Nothing to do.", "bold"), "\n")
    return row("", found, (f" Ctrl+S imports them as “{printable(name)}”.", "bold"), "\n")


def change_lines(report: Report, before: dict[str, str], dry_run: bool) -> Iterator[Row]:
    """A line a change; a new title stands under the old one."""
    for what, key, title in report.changes[:SHOWN]:
        sign, colour = SIGNS[what]
        old = before.get(key, "")
        if what == "changed" and dry_run and old and old != title:
            yield row(("- ", "$error"), (printable(old), "$text-muted"))
            yield row(("+ ", "$success"), printable(title))
            continue
        note = "  answer or key points" if what == "changed" else ""
        yield row((f"{sign} ", colour), printable(title), (note, "$text-muted"))
    if len(report.changes) > SHOWN:
        yield row("", (f"… and {len(report.changes) - SHOWN} more", "$text-muted"))
    yield from skipped_lines(report)


def skipped_lines(report: Report) -> Iterator[Row]:
    """What could not be read, with the reason and the line."""
    for entry in report.skipped[:SHOWN]:
        where = f"{Path(entry.path).name}:{entry.line}" if entry.line else Path(entry.path).name
        yield row(("! ", "$warning"), printable(f"{where}: {entry.reason}"))
