"""Models: what is used for what and why, how fast it is, other models, fetching and checking."""

from collections.abc import Callable, Sequence

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.widgets import OptionList, ProgressBar, Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from coach.errors import CoachError
from coach.model_choice import Choice, Use, check, choices, fetch, use, uses
from coach.ports import Progress
from tui.hanging import Hanging, row
from tui.screens.base import CoachScreen
from tui.text import printable
from tui.widgets.footer import KeyFooter

GROUP = "model work"


class ModelsScreen(CoachScreen[None]):
    """Above: what works now. Below: what could."""

    HELP = (
        "A language model does only what it was measured to do well. Enter uses the chosen model, or fetches it when "
        "it is not on this machine; c measures whether its verdicts agree with people's; d measures speed and memory."
    )
    CSS = """
    ModelsScreen #page { padding: 0 2; height: auto; max-height: 55%; }
    ModelsScreen #progress, ModelsScreen #doing { margin: 0 2; }
    ModelsScreen Static { height: auto; }
    ModelsScreen .part { margin-bottom: 1; }
    ModelsScreen OptionList { height: 1fr; margin: 0 2; border: round $primary; background: transparent; }
    ModelsScreen OptionList:focus { border: round $accent; }
    ModelsScreen #progress { display: none; }
    ModelsScreen #progress.busy { display: block; }
    """
    AUTO_FOCUS = "#choices"
    BINDINGS = [
        Binding("escape", "back", "Stop/Back", id="models.back", tooltip="Stop what runs, or leave"),
        Binding("c", "check", "Check", id="models.check", tooltip="Measure whether the model may judge"),
        Binding("d", "measure", "Measure", id="models.measure", tooltip="Speed, memory, GPU layers"),
    ]
    busy: reactive[bool] = reactive(False, bindings=True)

    def compose(self) -> ComposeResult:
        """Uses, speed, progress, the list."""
        with VerticalScroll(id="page"):
            yield Static(id="uses", markup=False, classes="part")
            yield Static(id="speed", markup=False, classes="part")
        yield ProgressBar(id="progress", show_eta=False)
        yield Static(id="doing", markup=False)
        yield OptionList(id="choices", markup=False)  # scrolls by itself: the cursor never leaves the screen
        yield KeyFooter()

    def on_mount(self) -> None:
        """The list at once; what works now as soon as the models are loaded."""
        self._choices: list[Choice] = []
        self._asked_uses = False
        self.query_one("#choices").border_title = "Enter uses a model, or fetches it first"
        self._list()
        self.query_one("#uses", Static).update("What is used for what is shown as soon as the models are loaded.")
        self.query_one("#speed", Static).update(
            Content.styled("d measures speed, memory and GPU layers.", "$text-muted")
        )
        self.watch(self.app, "models_ready", self._ready)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """One piece of work at a time."""
        return not (self.busy and action in ("check", "measure"))

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        """Use it, or fetch it."""
        choice = self._choices[event.option_index]
        if self.busy:
            self.notify("One thing at a time: wait for what runs, or stop it with Esc.")
        elif choice.in_use:
            self.notify(f"{choice.name} is in use already.", markup=False)
        elif choice.value:
            self._use(choice)
        else:
            self._fetch(choice)

    def action_check(self) -> None:
        """Measure trust."""

        def done(line: str) -> None:
            self._tell(line)
            self._ready(True)

        def work(progress: Progress) -> str:
            trust = check(self.coach.parts, progress)
            return (
                f"Checked on {trust.answers} graded answers: it {trust.verdict}. "
                f"Agreement r = {trust.correlation:.2f}, {trust.mean_error:.2f} marks of 5 apart; "
                f"a hidden instruction gains {trust.injection_lift:+.2f}; {trust.seconds_per_answer:.2f} s an answer."
            )

        self._start(work, done)

    def action_measure(self) -> None:
        """Measure speed."""

        def work(progress: Progress) -> Content:
            from coach.doctor import examine

            progress(0, 1, "measuring")
            return speed_content(examine(self.coach.parts))

        def done(speed: Content) -> None:
            self._tell("")
            self.query_one("#speed", Static).update(speed)

        self._start(work, done)

    def action_back(self) -> None:
        """Stop what runs, or leave."""
        if self.busy:
            self.workers.cancel_group(self, GROUP)
            self._tell("Stopping … what was fetched so far is kept.")
        else:
            self.app.pop_screen()

    # -- work ---------------------------------------------------------------------------------------------------

    def _use(self, choice: Choice) -> None:
        try:
            use(self.coach.config, choice)
        except CoachError as error:
            self.say(error)
            return
        self.notify(f"{choice.name} is used from the next start on.", markup=False)
        self._list(choice.value)

    def _fetch(self, choice: Choice) -> None:
        def done(path: str) -> None:
            self._tell(f"Fetched: {path}. Enter uses it.")
            self._list(under_cursor=path)

        self._progress(0, 1, f"asking for {choice.name}")
        self._start(lambda progress: str(fetch(self.coach.config, choice.name, progress)), done)

    def _ready(self, ready: bool) -> None:
        self._asked_uses = ready and not self.busy
        if self._asked_uses:
            self._start(lambda progress: uses(self.coach.parts), self._show_uses)

    def _start(self, work: Callable[[Progress], object], done: Callable[..., object]) -> None:
        """Run `work` in a thread and give its result to `done`; errors become calm messages."""
        self.busy = True

        def run() -> None:
            worker = get_current_worker()

            def progress(now: int, total: int, what: str) -> None:
                if worker.is_cancelled:
                    raise CoachError("Stopped.", "Start it again to go on.")
                self.app.call_from_thread(self._progress, now, total, what)

            try:
                result = work(progress)
            except CoachError as error:
                self.app.call_from_thread(self._ended, self._tell, f"{error.message} {error.hint}")
            else:
                self.app.call_from_thread(self._ended, done, result)

        self.run_worker(run, thread=True, exclusive=True, group=GROUP)

    def _progress(self, now: int, total: int, what: str) -> None:
        self.query_one("#progress").add_class("busy")
        self.query_one("#progress", ProgressBar).update(total=max(1, total), progress=now)
        self._tell(f"{what} (Esc stops)")

    def _ended(self, then: Callable[..., object], result: object) -> None:
        self.busy = False
        self.query_one("#progress").remove_class("busy")
        then(result)
        if self.coach.models_ready and not self._asked_uses and not self.busy:  # they came while something else ran
            self._ready(True)

    def _tell(self, line: str) -> None:
        self.query_one("#doing", Static).update(printable(line))

    def _show_uses(self, found: Sequence[Use]) -> None:
        self.query_one("#uses", Static).update(uses_content(found))

    def _list(self, chosen: str | None = None, under_cursor: str = "") -> None:
        self._choices = choices(self.coach.config)
        listed = self.query_one("#choices", OptionList)
        before = listed.highlighted
        listed.clear_options()
        listed.add_options(Option(choice_line(choice, chosen)) for choice in self._choices)
        values = [choice.value for choice in self._choices]
        listed.highlighted = values.index(under_cursor) if under_cursor else before or 0


def uses_content(found: Sequence[Use]) -> Content:
    """A line a task: what does it; below, why."""
    lines = [row("", ("What is used for what", "bold $accent"))]
    for one in found:
        reason = (f"\nbecause {printable(one.reason)}", "$text-muted")
        lines.append(row((f"{one.task:<22} ", "bold"), printable(one.part), reason))
    return Hanging(lines)


def speed_content(findings: dict[str, object]) -> Content:
    """What was measured, and what stands in the way."""
    lines = [row("", ("Measured just now", "bold $accent"))]
    if findings.get("prefill_tokens_per_s"):
        reads, writes = findings["prefill_tokens_per_s"], findings["decode_tokens_per_s"]
        lines.append(row("", f"reads {reads} and writes {writes} tokens a second on {findings.get('threads')} threads"))
        layers = f"{findings['gpu_layers']} of {findings.get('layers')} layers on a GPU"
        memory = int(str(findings.get("memory_bytes") or 0)) / 1e9
        lines.append(row("", f"{layers}; window {findings['context']} tokens; {memory:.2f} GB of memory in all"))
    else:
        lines.append(row("", "no model of this machine to measure"))
    problems = findings.get("problems")
    for problem in problems if isinstance(problems, list) else []:
        lines.append(row(("! ", "$warning"), printable(str(problem))))
    return Hanging(lines)


def choice_line(choice: Choice, chosen: str | None) -> Content:
    """Name, size, what it is; a sign for the one in use, another for one that must be fetched first."""
    sign = "●" if choice.in_use else "○" if choice.value else "↓"
    note = " (from the next start)" if chosen is not None and choice.value == chosen else ""
    size = f"  {choice.bytes / 1e9:.2f} GB" if choice.bytes else ""
    fetch_note = "  to fetch" if not choice.value else ""
    about = f"{size}{fetch_note}  {printable(choice.about)}{note}"
    return Hanging([row(f"{sign} ", (printable(choice.name), "bold"), " ", (about.strip(), "$text-muted"))])
