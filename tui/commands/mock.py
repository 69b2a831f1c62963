"""`coach mock`, `coach report`: an interview as in a real loop, and what came of it."""

import random
import sys
from pathlib import Path
from typing import Annotated

import typer

from coach.config import load
from coach.errors import CoachError
from coach.mock_plan import BY_NAME, ROUNDS
from tui.text import printable

ROUND_NAMES = ", ".join(round_.name for round_ in ROUNDS)


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(mock)
    app.command()(report)


def mock(
    rounds: Annotated[list[str] | None, typer.Option("--round", help=f"Repeatable: {ROUND_NAMES}.")] = None,
    topic: Annotated[str, typer.Option(help="Topic of the depth round.")] = "",
    plain: Annotated[bool, typer.Option("--plain", help="Line by line over standard input and output.")] = False,
    seed: Annotated[int | None, typer.Option(help="The same seed asks the same questions.")] = None,
) -> None:
    """Take a mock interview; verdicts come at the end.  Example: coach mock --round coding --plain"""
    for name in rounds or ():
        if name not in BY_NAME:
            raise typer.BadParameter(f"{name!r} is none of {ROUND_NAMES}", param_hint="--round")
    if not plain and sys.stdout.isatty() and sys.stdin.isatty():
        from tui.commands.practice import open_screen

        open_screen("mock", rounds=rounds or [], topic=topic, seed=seed)
        return
    from coach.assemble import Parts
    from coach.mock import begin_mock, unfinished_mock
    from coach.mock_plan import USUAL_ROUNDS, rounds_named
    from coach.session import Session
    from tui.plain_mock import PlainMock

    session = Session(Parts(load()))
    interview = unfinished_mock(session)
    if interview is None:
        chosen = rounds_named(rounds or USUAL_ROUNDS)
        drawn = seed if seed is not None else random.randrange(1 << 30)
        interview = begin_mock(session, chosen, seed=drawn, focus=topic)
    PlainMock(session, interview).run()


def report(
    session_id: Annotated[int | None, typer.Argument(metavar="[SESSION]", help="Number; without: the latest.")] = None,
    attempt: Annotated[int | None, typer.Option(help="Report on one answer instead.")] = None,
    format_: Annotated[str, typer.Option("--format", "-f", help="md, html or json.")] = "md",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file.")] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the sessions with their numbers.")] = False,
) -> None:
    """What an interview showed: competencies, moments, what to study.  Example: coach report --format html -o r.html"""
    from coach.assemble import Parts
    from coach.report import attempt_report, session_report
    from coach.report_export import EXPORTS
    from coach.session import Session

    if format_ not in EXPORTS:
        raise typer.BadParameter(f"{format_!r} is none of {', '.join(EXPORTS)}", param_hint="--format")
    session = Session(Parts(load()))
    if list_:
        from tui.figures import counted

        rows = session.store.attempts.sessions()
        if not rows:
            typer.echo("There is no session with an answer yet.")
        for row in rows:
            answers = counted(row["answers"], "answer")
            typer.echo(printable(f"{row['id']:>5}  {row['started_at'][:16]}  {row['kind']:<9} {answers}"))
        return
    found = attempt_report(session, attempt) if attempt is not None else session_report(session, session_id)
    text = EXPORTS[format_](found)
    if output is None:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        return
    try:
        output.write_text(text, "utf-8")
    except OSError as error:
        raise CoachError(f"Cannot write {output}: {error.strerror}.", "Name another file with --output.") from error
    typer.echo(str(output), err=True)
