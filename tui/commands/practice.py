"""`coach practice`, `coach demo`: the interview itself."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from coach.config import load


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command()(practice)
    app.command()(demo)


def open_screen(name: str, **arguments: Any) -> None:
    """Start the full-screen interface on one of its screens."""
    from tui.app import CoachApp  # Textual: about 0.2 s
    from tui.running import run

    run(CoachApp(load(), start=name, tour=True, **arguments))


def practice(
    topic: Annotated[str, typer.Option(help="Only questions of this topic.")] = "",
    question: Annotated[str, typer.Option(help="Ask this question, by id.")] = "",
    count: Annotated[int, typer.Option(min=0, help="Stop after this many questions (plain mode); 0: never.")] = 0,
    plain: Annotated[bool, typer.Option("--plain", help="Line by line over standard input and output.")] = False,
) -> None:
    """Be interviewed.  Example: coach practice --topic optimisation"""
    if not plain and sys.stdout.isatty() and sys.stdin.isatty():
        open_screen("practice", topic=topic, question=question)
        return
    from coach.assemble import Parts
    from coach.session import Session
    from tui.plain import PlainPractice

    session = Session(Parts(load()))
    session.begin(chosen_queue(session, topic, question))
    PlainPractice(session).run(count or None)
    session.finish()


def chosen_queue(session: "object", topic: str, question: str) -> list[str] | None:
    """Ids that the options ask for, None for whatever is due."""
    from coach.session import Session

    assert isinstance(session, Session)
    if question:
        return [question]
    return session.of_topic(topic) if topic else None


def demo(
    keep: Annotated[Path | None, typer.Option(help="Use this folder as home and keep it.")] = None,
) -> None:
    """Watch a scripted interview: two questions, real models, a temporary home.  Example: coach demo"""
    from tui.demo import run_demo

    run_demo(keep)
