"""`coach ingest`, `coach questions`, `coach check`: bringing questions in, listing them, finding their faults."""

import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coach.config import load
from coach.models import Question
from tui.jsonl import print_line
from tui.progress_line import ProgressLine
from tui.text import printable
from tui.typed_path import existing

if TYPE_CHECKING:  # every command of the program loads this module; the import needs NumPy and a Markdown parser
    from coach.ingest import Report

Json = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]
Collection = Annotated[str, typer.Option("--collection", help="Name of the collection.")]
SHOWN = 20
"""Changed questions that a report lists by title."""
_DIFFICULTY = re.compile(r"difficulty (\S+)$", re.IGNORECASE)


def register(app: typer.Typer) -> None:
    """Add the commands of the question bank to the program."""
    app.command()(ingest)
    app.command()(questions)
    app.command()(check)


def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Documents, or folders of them.")],
    collection: Collection = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, write nothing.")] = False,
    json: Json = False,
) -> None:
    """Import documents; what was imported before keeps its review history.  Example: coach ingest notes.md"""
    from coach.assemble import Parts
    from coach.ingest import NothingRead

    missing = [path for path in paths if existing(path) is None]
    if missing:
        raise typer.BadParameter(f"there is no {missing[0]}")
    try:
        with ProgressLine() as progress:
            report = Parts(load()).ingest(paths, collection, dry_run=dry_run, progress=progress)
    except NothingRead as error:
        if json:
            print_line(report_row(error.report))
        raise
    except KeyboardInterrupt:
        typer.echo("Stopped; the question bank is as it was.", err=True)
        raise
    if json:
        print_line(report_row(report))
    else:
        _print_report(report, dry_run)


def report_row(report: "Report") -> dict[str, Any]:
    """The report as the machine interface prints it."""
    row = asdict(report)
    del row["changes"]
    return row


def _print_report(report: "Report", dry_run: bool) -> None:
    for what, _, title in report.changes[:SHOWN]:
        typer.echo(printable(f"{what:>8}  {title}"))
    if len(report.changes) > SHOWN:
        typer.echo(f"          and {len(report.changes) - SHOWN} more")
    for part in report.skipped:
        place = f"{part.path}:{part.line}" if part.line else part.path
        typer.echo(printable(f" skipped  {place}: {part.reason}"))
    from tui.figures import counted

    read = f"{counted(report.questions, 'question')} in {counted(report.documents, 'document')}"
    changes = f"{report.new} new, {report.changed} changed, {report.unchanged} unchanged, {report.gone} gone"
    typer.echo(f"{read}: {changes}{'; nothing was written' if dry_run else ''}.")


def questions(collection: Collection = "", json: Json = False) -> None:
    """List the questions of the bank, all of them or those of one collection.  Example: coach questions --json"""
    from coach.assemble import Parts

    parts = Parts(load())
    found = parts.store.questions.live(collection or None)
    if not found and not json:
        known = ", ".join(each.name for each in parts.store.questions.collections())
        typer.echo(printable(f"No questions here. Collections: {known}."))
    for question in found:
        if json:
            print_line(question_row(question))
        else:
            typer.echo(printable(f"{question.id:<50} [{question.topic}] {question.text}"))


def question_row(question: Question) -> dict[str, Any]:
    """A question as the machine interface prints it."""
    printed = (_DIFFICULTY.match(tag) for tag in question.tags)
    return {
        "id": question.id,
        "collection": question.collection,
        "source": question.source,
        "section": question.section,
        "number": question.external_id or None,
        "topic": question.topic,
        "kind": question.kind,
        "level": question.level,
        "difficulty": next((found[1] for found in printed if found), None),
        "question": question.text,
        "answer": question.answer,
        "key_points": [asdict(point) for point in question.key_points],
        "follow_ups": list(question.follow_ups),
        "code_blocks": question.code_blocks,
        "duplicate_of": question.duplicate_of,
    }


def check(path: Annotated[Path, typer.Argument(help="A question file, or a folder of them.", exists=True)]) -> None:
    """Report every fault of question files as file:line: what, what was expected.  Example: coach check corpus"""
    from coach.bank.check import check as check_files

    sound, faults = check_files(path)
    for fault in faults:
        typer.echo(printable(fault))
    typer.echo(f"{sound} questions, {len(faults)} faults", err=True)
    if faults:
        raise typer.Exit(1)
