"""Settings: every field of the configuration with its sentence, and the file it is kept in."""

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from coach.config import load
from coach.errors import ConfigError
from coach.settings import Setting, as_text, change, settings
from tui.hanging import Hanging, row
from tui.screens.ask import AskScreen
from tui.screens.base import CoachScreen
from tui.text import printable
from tui.themes import THEMES
from tui.widgets.footer import KeyFooter

AT_ONCE = ("screen.theme", "screen.keys", "study.ask_confidence")
"""Settings that take effect while the program runs; the others wait for its next start."""


class SettingsScreen(CoachScreen[None]):
    """A list; Enter flips, steps through, or asks for a value."""

    AUTO_FOCUS = "#settings"
    HELP = "Every setting with its meaning. Enter changes the one under the cursor; changed ones carry a star."
    BINDINGS = [
        Binding("d", "default", "Default", id="settings.default", tooltip="Put the setting back to its default"),
        Binding("escape", "dismiss", "Back", id="settings.back", tooltip="Back to the home screen"),
    ]

    def compose(self) -> ComposeResult:
        """Path, list, keys."""
        yield Static(f"Enter changes a setting. Kept in {self.coach.config.paths.config}", id="file", markup=False)
        yield OptionList(id="settings", markup=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        """Fill the list."""
        self._fill()

    @on(OptionList.OptionSelected)
    def edit(self, event: OptionList.OptionSelected) -> None:
        """Change one setting."""
        setting = self._settings[event.option_index]
        choices = tuple(theme.name for theme in THEMES) if setting.name == "screen.theme" else setting.choices
        if isinstance(setting.default, bool):
            self._save(setting, as_text(not setting.value))
        elif choices:
            at = choices.index(setting.value) if setting.value in choices else -1
            self._save(setting, choices[(at + 1) % len(choices)])
        else:
            asking = AskScreen(setting.name, setting.sentence, as_text(setting.value), str)
            self.app.push_screen(asking, lambda text: self._save(setting, text))

    def action_default(self) -> None:
        """Put the setting under the cursor back."""
        at = self.query_one(OptionList).highlighted
        if at is not None:
            setting = self._settings[at]
            self._save(setting, as_text(setting.default))

    def _save(self, setting: Setting, text: str | None) -> None:
        if text is None:
            return
        try:
            change(self.coach.config, setting, text)
            self.coach.apply(load(self.coach.config.paths))
        except ConfigError as error:
            self.say(error)
            return
        except OSError as error:
            self.say(ConfigError(f"Cannot write {self.coach.config.paths.config}.", f"{error.strerror}."))
            return
        if setting.name not in AT_ONCE:
            self.notify(f"{setting.name} is saved and holds from the next start.")
        self._fill()

    def _fill(self) -> None:
        options = self.query_one(OptionList)
        at = options.highlighted
        self._settings = settings(self.coach.config)
        options.clear_options()
        options.add_options(Option(line(setting)) for setting in self._settings)
        options.highlighted = at or 0


def line(setting: Setting) -> Content:
    """Name, value, sentence."""
    star = "*" if setting.changed else " "
    value = printable(as_text(setting.value)) or "(empty)"
    name = row((f"{star}{setting.name:<26} ", "bold" if setting.changed else ""), (value, "$text-accent"))
    return Hanging([name, row("   ", (setting.sentence, "$text-muted"))])
