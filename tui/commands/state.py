"""`coach due`, `coach stats`, `coach doctor`: what is the case."""

from typing import Annotated

import typer

from coach.config import load
from tui.jsonl import print_line
from tui.text import printable

Json = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(due)
    app.command()(stats)
    app.command()(doctor)


def due(json: Json = False, limit: Annotated[int, typer.Option(min=0, help="At most this many; 0: all.")] = 0) -> None:
    """List what is due today, in the order it should be asked.  Example: coach due"""
    from coach.assemble import Parts
    from coach.session import Session

    session = Session(Parts(load()))
    rows = session.due_rows(limit or None)
    if not rows and not json:
        typer.echo("Nothing is due.")
    for row in rows:
        if json:
            print_line(row)
        else:
            late = f", {row['overdue_days']} days late" if row["overdue_days"] else ""
            when = f"{row['due'] or 'new':>10}  {row['minutes']:4.1f} min"
            typer.echo(printable(f"{when}  [{row['topic']}] {row['question']}{late}"))


def stats(json: Json = False) -> None:
    """Where you stand: reviews, mastery by topic, forecast, judge agreement.  Example: coach stats --json"""
    from coach.assemble import Parts
    from coach.statistics import statistics
    from tui.figures import lines

    figures = statistics(Parts(load()))
    if json:
        print_line(figures)
        return
    for line in lines(figures):
        typer.echo(printable(line))


def doctor(json: Json = False) -> None:
    """Check the installation and measure the models.  Example: coach doctor"""
    from coach.assemble import Parts
    from coach.doctor import examine

    findings = examine(Parts(load()))
    if json:
        print_line(findings)
    else:
        tried = "used" if findings["network_used"] else "none used: no connection or look-up was tried meanwhile"
        shown = {name: value for name, value in findings.items() if name not in ("network_used", "problems")}
        for name, value in (shown | {"network": tried}).items():
            typer.echo(printable(f"{name.replace('_', ' ')}: {value}"))
        for problem in findings["problems"]:
            typer.echo(printable(f"problem: {problem}"))
