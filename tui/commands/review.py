"""`coach review`: the day's queue without a detour over the home screen."""

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from coach.config import load
from tui.jsonl import print_line


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(review)


def review(
    reveal: Annotated[bool, typer.Option("--reveal", help="Reveal answers and grade yourself (full screen).")] = False,
    count: Annotated[int, typer.Option(min=0, help="Stop after this many questions (plain mode); 0: never.")] = 0,
    plain: Annotated[bool, typer.Option("--plain", help="Line by line over standard input and output.")] = False,
    json: Annotated[
        bool, typer.Option("--json", help="As --plain, over standard error; the summary as JSON on standard output.")
    ] = False,
) -> None:
    """Go through what is due today, then see what it was worth.  Example: coach review --reveal"""
    if reveal and (plain or json):
        raise typer.BadParameter("needs the full screen", param_hint="--reveal")
    if not plain and not json and sys.stdout.isatty() and sys.stdin.isatty():
        from tui.commands.practice import open_screen

        open_screen("review", begin="reveal" if reveal else "typed")
        return
    from coach.assemble import Parts
    from coach.clock import utc_now
    from coach.review_summary import Summary, review_summary
    from coach.session import Session
    from tui.figures import review_lines
    from tui.plain import PlainPractice
    from tui.text import printable

    session = Session(Parts(load()))
    round_id = session.begin(kind="review")
    PlainPractice(session, out=sys.stderr if json else sys.stdout).run(count or None)
    session.finish()
    summary = review_summary(session, round_id, utc_now()) or Summary(0, 0, 0, (), (), None, None, 0.0, "")
    if json:
        print_line(asdict(summary))
    elif summary.answered:
        typer.echo("\n" + "\n".join(printable(line) for line in review_lines(summary)))
