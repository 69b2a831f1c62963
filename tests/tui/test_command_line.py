"""The command line explains itself: on one screen, and with an example for every command."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from tui.cli import app
from tui.command_overview import GROUPS

COLUMNS, LINES = 80, 24


def every(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    for below, found in getattr(command, "commands", {}).items():
        path = f"{name} {below}"
        yield from every(path, found) if hasattr(found, "commands") else [(path, found)]


COMMANDS = dict(every("coach", typer.main.get_command(app)))


def test_the_help_fits_a_screen_and_names_every_command() -> None:
    shown = CliRunner().invoke(app, ["--help"]).output.splitlines()
    assert len(shown) < LINES, "one line is for the prompt"
    assert max(map(len, shown)) < COLUMNS
    named = [name for group in GROUPS.values() for name in group]
    assert sorted(named) == sorted({path.split()[1] for path in COMMANDS})
    assert all(any(f"  {name} " in line for line in shown) for name in named)


def test_every_command_that_prints_json_has_its_fields_in_the_reference() -> None:
    page = (Path(__file__).parents[2] / "docs" / "reference" / "json.md").read_text("utf-8")
    printing = [path for path, command in COMMANDS.items() if any("--json" in each.opts for each in command.params)]
    assert "coach due" in printing
    assert [path for path in printing if f"`{path} " not in page] == []


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_has_an_example_of_itself(path: str) -> None:
    _, _, example = COMMANDS[path].help.partition("Example:")
    assert example.split()[: len(path.split())] == path.split()
    arguments = example.split()[len(path.split()) :]
    parser = COMMANDS[path].make_parser(typer.Context(COMMANDS[path]))
    parser.parse_args(arguments)  # raises for an option that does not exist


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["srs", "leeches"], "None: no question"),
        (["questions", "--collection", "notes"], "No questions here. Collections: bank."),
        (["judge", "report"], "No grade of yours"),
        (["report", "--list"], "no session"),
    ],
)
def test_a_list_without_entries_says_so_to_people_alone(arguments: list[str], said: str) -> None:
    assert said in CliRunner().invoke(app, arguments).output
    if arguments != ["report", "--list"]:
        assert CliRunner().invoke(app, [*arguments, "--json"]).output == ""


def test_a_weight_of_a_topic_without_questions_is_kept_and_said(home: Path) -> None:
    command = ["srs", "interview", "2999-12-01", "--weight", "language-models=2", "--weight", "langauge-models=3"]
    done = CliRunner().invoke(app, command)
    assert done.stdout.startswith("2999-12-01")
    assert "No question is about langauge-models yet." in done.stderr


@pytest.mark.parametrize("command", [["ingest"], ["models", "use"]])
@pytest.mark.parametrize("path", ["~nobody-of-this-name/notes.md", "n" * 300], ids=["nobody's", "too long"])
def test_a_path_that_cannot_be_one_is_not_there(command: list[str], path: str) -> None:
    done = CliRunner().invoke(app, [*command, path])
    said = done.stderr if command == ["ingest"] else str(done.exception)
    assert "here is no" in said
