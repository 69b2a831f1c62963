from collections.abc import Callable, Iterator
from contextlib import nullcontext
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from coach.config import Config, load
from coach.models import KeyPoint, Question
from coach.storage import Store
from tests.screens.fakes import FakeParts, SteppingClock
from tests.tui.terminal import Terminal
from tui.app import CoachApp

MOMENTUM = Question(
    "momentum",
    "What does momentum change about gradient descent?",
    "The step follows a **velocity**: a decaying sum of past gradients.\n\nAcross a valley the parts cancel out.",
    "optimisation",
    level=2,
    key_points=(
        KeyPoint("The velocity is an exponentially decaying sum of past gradients.", 3, "What is kept between steps?"),
        KeyPoint("Oscillations across a valley cancel out.", 2, "What happens across a narrow valley?"),
        KeyPoint("With a constant gradient the step grows by 1/(1 - beta).", 1),
    ),
    mistakes=("Saying that momentum lowers the learning rate.",),
    follow_ups=("How does Nesterov's variant differ?",),
    source="corpus/optimisation/gradient_descent.md",
)
FORESTS = Question(
    "forests",
    "Why do random forests work?",
    "Averaging decorrelated trees reduces variance.",
    "trees",
    key_points=(KeyPoint("Each tree sees a bootstrap sample.", 3), KeyPoint("Averaging reduces variance.", 2)),
)
QUESTIONS = (MOMENTUM, FORESTS)
MakeApp = Callable[..., CoachApp]
EditBy = Callable[[CoachApp, str], None]


class TinyParts(FakeParts):
    """A real home with two questions and a judge that reads verdicts off the answer (see FakeParts)."""

    @cached_property
    def store(self) -> Store:
        store = Store(self.config.paths.ensure().database)
        store.questions.save((question, "", position) for position, question in enumerate(QUESTIONS))
        return store


class QuietApp(CoachApp):
    """Loads no models: the judge of TinyParts needs none."""

    def load_models(self) -> None:  # type: ignore[override]
        self._models("", True)


@pytest.fixture
def config(home: object) -> Config:
    return configured()


def configured(extra: str = "", *, confidence: bool = False) -> Config:
    """A home whose settings do not depend on the machine.  confidence: ask for it before a verdict, as is usual."""
    from coach.paths import default_paths

    paths = default_paths().ensure()
    asking = "" if confidence else "ask_confidence = false\n"
    paths.config.write_text(f'[study]\ntime_zone = "UTC"\n{asking}{extra}', "utf-8")
    return load(paths)


@pytest.fixture
def make_app(home: object) -> Iterator[MakeApp]:
    """An app over a tiny home; `extra` is added to its configuration.  new: there is no database yet."""
    made: list[CoachApp] = []

    def make(
        start: str = "home", *, extra: str = "", confidence: bool = False, new: bool = False, **arguments: object
    ) -> CoachApp:
        config = configured(extra, confidence=confidence)
        if not new and not config.paths.database.exists():
            Store(config.paths.database).close()
        made.append(QuietApp(config, start=start, parts=TinyParts(config), clock=SteppingClock(), **arguments))
        return made[-1]

    yield make
    for app in made:
        app.parts.store.close()


@pytest.fixture
def edit_by(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> EditBy:
    """Makes a line of shell the person's own editor; "$1" is the file."""

    def use(app: CoachApp, line: str) -> None:
        script = tmp_path / "editor"
        script.write_text(f"#!/bin/sh\n{line}\n", "utf-8")
        script.chmod(0o700)
        monkeypatch.setenv("VISUAL", str(script))
        monkeypatch.setattr(app, "suspend", nullcontext)  # there is no terminal to lend here

    return use


@pytest.fixture
def open_terminal() -> Iterator[Callable[..., Terminal]]:
    """Starts the program in a terminal; what still runs at the end is ended."""
    opened: list[Terminal] = []

    def start(*arguments: str, **options: Any) -> Terminal:
        opened.append(Terminal(*arguments, **options))
        return opened[-1]

    yield start
    for terminal in opened:
        terminal.close()
