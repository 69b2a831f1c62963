"""The screens one can go to: a line for each. Adding a screen is adding a line; it is imported when first opened.

The home screen, the command palette and the help screen all read this list.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Any

from textual.screen import Screen


@dataclass(frozen=True, slots=True)
class Place:
    """One screen. key: pressed on the home screen.  target: "module:Class"; the class takes keyword arguments."""

    name: str
    key: str
    title: str
    purpose: str
    target: str

    def make(self, **arguments: Any) -> Screen[Any]:
        """Import the screen's module and build the screen."""
        module, name = self.target.split(":")
        screen: Screen[Any] = getattr(import_module(module), name)(**arguments)
        return screen


PLACES = (
    Place("home", "h", "Home", "What is due, and what to do next", "tui.screens.home:HomeScreen"),
    Place("practice", "p", "Practice", "Be interviewed, one question at a time", "tui.screens.practice:PracticeScreen"),
    Place("review", "r", "Review", "What the schedule wants today", "tui.screens.review:ReviewScreen"),
    Place("mock", "m", "Mock", "Rounds and a clock, verdicts at the end", "tui.screens.mock:MockScreen"),
    Place("library", "l", "Library", "Search, read, edit and import questions", "tui.screens.library:LibraryScreen"),
    Place("statistics", "s", "Stats", "What you know, and how surely", "tui.screens.statistics:StatisticsScreen"),
    Place("dates", "d", "Dates", "Interviews to be ready for, and how ready you are", "tui.screens.dates:DatesScreen"),
    Place("models", "o", "Models", "What is used for what, and why", "tui.screens.models:ModelsScreen"),
    Place("settings", "comma", "Settings", "Change how the coach works", "tui.screens.settings:SettingsScreen"),
)


def place(name: str) -> Place:
    """The place of this name. Raises KeyError for an unknown one."""
    return {place.name: place for place in PLACES}[name]
