"""The command `coach`. Without a command it opens the home screen.

Command modules are cheap to import; each imports what is heavy inside the command that needs it (Textual costs about
0.2 s, torch and llama.cpp several seconds).
"""

import os
import sys
from typing import Annotated

import typer

from coach.errors import CoachError
from coach.privacy import refuse_probes, switch_telemetry_off
from tui.command_overview import CommandOverview
from tui.commands import bank, data, judging, mock, models, practice, review, search, serve, srs, state
from tui.text import printable

app = typer.Typer(
    name="coach",
    cls=CommandOverview,
    help="Practise machine-learning interviews in your terminal, offline. Without a command: the home screen.",
    no_args_is_help=False,
    rich_markup_mode=None,  # plain text: help texts hold brackets
    pretty_exceptions_enable=False,
)
for group in (practice, review, mock, bank, search, judging, state, data, serve):
    group.register(app)
app.add_typer(models.app, name="models")
app.add_typer(srs.app, name="srs", help="The schedule: replay, explain, check, export.")


def show_version(wanted: bool) -> None:
    """Print the version and leave."""
    if wanted:
        from importlib.metadata import version  # loads the parser of e-mails

        typer.echo(f"coach {version('interview-coach')}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def home(
    context: typer.Context,
    _version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Open the home screen."""
    if context.invoked_subcommand is None:
        practice.open_screen("home")


def main() -> None:
    """Entry point: errors meant for the person are printed, anything else is a bug and looks like one."""
    switch_telemetry_off()
    refuse_probes()
    os.umask(0o077)  # whatever is written here, also by libraries, is for its owner alone
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]  # an answer in any encoding
    try:
        app()
    except CoachError as error:
        # file names and what servers reply stand in messages
        sys.stderr.write(printable(f"coach: {error.message}\n"))
        if error.hint:
            sys.stderr.write(printable(f"       {error.hint}\n"))
        sys.exit(1)


if __name__ == "__main__":
    main()
