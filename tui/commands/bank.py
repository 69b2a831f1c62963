"""`coach ingest`, `coach questions`, `coach check`: bringing questions in, listing them, finding their faults."""

from pathlib import Path
from typing import Annotated

import typer

from coach.bank.check import check as check_files
from tui.text import printable


def register(app: typer.Typer) -> None:
    """Add the commands of the question bank to the program."""
    app.command("check")(check)


def check(path: Annotated[Path, typer.Argument(help="A question file, or a folder of them.", exists=True)]) -> None:
    """Report every fault of question files as file:line: what, what was expected."""
    sound, faults = check_files(path)
    for fault in faults:
        typer.echo(printable(fault))
    typer.echo(f"{sound} questions, {len(faults)} faults", err=True)
    if faults:
        raise typer.Exit(1)
