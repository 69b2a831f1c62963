"""`coach srs`: batches, explanations and checks of the scheduler, its log, and interview dates."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from coach.clock import utc_now
from coach.config import load
from coach.errors import CoachError
from coach.srs import batch
from tui.jsonl import print_line, run_batch
from tui.text import printable

app = typer.Typer(help="Look into the scheduler, or drive it in batches.", no_args_is_help=True)

Batch = Annotated[Path, typer.Option("--batch", help="File of JSON Lines; - reads standard input.")]
Json = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]
Day = Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="The day, e.g. 2026-12-01.")]


@app.command()
def replay(
    batch_file: Batch,
    scheduler: Annotated[str, typer.Option(help="sm2 or fsrs.")] = "sm2",
    json: Json = False,
) -> None:
    """Apply dated review events and print the state after each; no cap on intervals.

    Example: coach srs replay --batch histories.jsonl --json
    """
    if scheduler not in ("sm2", "fsrs"):
        raise typer.BadParameter(f"{scheduler!r} is neither sm2 nor fsrs", param_hint="--scheduler")
    run_batch(batch_file, lambda record: batch.replay(record, scheduler))


@app.command("study-day")
def study_day(batch_file: Batch, json: Json = False) -> None:
    """Print the study day that each UTC instant belongs to in its zone.

    Example: coach srs study-day --batch instants.jsonl --json
    """
    run_batch(batch_file, lambda record: dict(batch.study_day_of(record)))


@app.command()
def explain(question_id: str, json: Json = False) -> None:
    """Show how a question's date came about, answer by answer.  Example: coach srs explain momentum"""
    from coach.assemble import Parts

    for step in Parts(load()).schedule.explain(question_id):
        event, card = step.event, step.card
        due = card.due.isoformat() if card.due else None
        if json:
            what = {"day": event.study_day.isoformat(), "kind": event.kind, "grade": step.grade, "reason": step.reason}
            state = {"n": card.repetitions, "interval": card.interval_days, "ef": card.ef_hundredths / 100, "due": due}
            print_line(what | state | {"redrill": card.redrill, "profile": event.profile})
        else:
            typer.echo(printable(f"{event.study_day}  {event.kind:7} {step.grade} -> {due}  {step.reason}"))


@app.command()
def leeches(json: Json = False) -> None:
    """List questions that cost much and stay little, with a proposal for each. Nothing is hidden.

    Example: coach srs leeches
    """
    from coach.assemble import Parts

    leeches = Parts(load()).planner.leeches(utc_now())
    if not leeches and not json:
        typer.echo("None: no question has cost much and stayed little.")
    for found in leeches:
        if json:
            print_line({"question_id": found.question_id, "why": found.why, "proposal": found.proposal})
        else:
            typer.echo(printable(f"{found.question_id}: {found.why}. {found.advice}"))


@app.command()
def selftest(json: Json = False) -> None:
    """Run the shipped vectors: does this installation schedule as it should?  Example: coach srs selftest"""
    from coach.srs.selftest import run

    results = run()
    for result in results:
        if json:
            print_line({"kind": result.kind, "passed": result.passed, "failed": list(result.failed)})
        else:
            typer.echo(f"{result.kind}: {result.passed} passed, {len(result.failed)} failed {' '.join(result.failed)}")
    if any(result.failed for result in results):
        raise typer.Exit(1)


@app.command()
def optimize(json: Json = False) -> None:
    """Fit FSRS to your own history; taken over only if it foretells the latest quarter better than the defaults.

    Example: coach srs optimize
    """
    from coach.assemble import Parts
    from coach.planning import optimise

    fit = optimise(Parts(load()).store)
    if fit is None:
        raise CoachError("There are fewer than 100 repeated answers to fit to.", "Practise on; the defaults are good.")
    if json:
        losses = {"loss_default": fit.loss_default, "loss_fitted": fit.loss_fitted}
        print_line({"reviews": fit.reviews, "accepted": fit.accepted} | losses)
        return
    verdict = "taken over" if fit.accepted else "not taken over: the defaults foretell your answers as well"
    typer.echo(f"{fit.reviews} reviews; held-out log-loss {fit.loss_default:.4f} -> {fit.loss_fitted:.4f}; {verdict}.")


@app.command("export")
def export_log(path: Annotated[Path, typer.Argument(help="File to write; - is standard output.")] = Path("-")) -> None:
    """Write the review log as JSON Lines.  Example: coach srs export log.jsonl"""
    from coach.assemble import Parts

    lines = Parts(load()).schedule.export_log()
    if str(path) == "-":
        for line in lines:
            typer.echo(line)
    else:
        path.write_text("".join(f"{line}\n" for line in lines), "utf-8")


@app.command("import")
def import_log(path: Path) -> None:
    """Fill an empty home's review log from an export, Anki's collection.anki2 or hashcards' export.

    Example: coach srs import collection.anki2
    """
    from coach.assemble import Parts
    from coach.histories import import_history

    report = import_history(Parts(load()), path)
    typer.echo(f"{report.imported} answers imported; {report.unmatched} of questions that this home does not have.")


@app.command()
def forecast(days: Annotated[int, typer.Option(min=1, max=365)] = 14, json: Json = False) -> None:
    """Show how many questions come due on the coming days, new ones left out, and how ready you are for each date.

    Example: coach srs forecast
    """
    from coach.assemble import Parts

    planner = Parts(load()).planner
    now = utc_now()
    for load_of_day in planner.forecast(now, days):
        if json:
            row = {"day": load_of_day.day.isoformat(), "questions": load_of_day.questions}
            print_line(row | {"minutes": load_of_day.minutes})
        else:
            typer.echo(
                f"{load_of_day.day:%a %d %b}  {load_of_day.questions:4} questions  {load_of_day.minutes:6.1f} min"
            )
    for ready in planner.readiness(now):
        if json:
            span = {"estimate": ready.estimate, "low": ready.low, "high": ready.high}
            print_line({"interview": ready.day.isoformat()} | span | {"stopped": ready.stopped, "seen": ready.seen})
        else:
            going_on = f"{ready.low:.0%} to {ready.high:.0%} of the answers recalled if you go on"
            stopped = f"{ready.stopped:.0%} if you stopped today; {ready.seen:.0%} seen so far"
            typer.echo(f"Interview {ready.day}: {going_on}, {stopped}.")


@app.command()
def interview(
    day: Day,
    title: Annotated[str, typer.Option(help="What it is for.")] = "",
    weight: Annotated[
        list[str] | None, typer.Option(help="Importance of a topic, e.g. language-models=2; may be repeated.")
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Forget this date.")] = False,
) -> None:
    """Enter a date to be ready for.

    Example: coach srs interview 2026-12-01 --title Acme --weight language-models=2
    """
    from coach.assemble import Parts

    parts = Parts(load())
    planner = parts.planner
    if remove:
        planner.forget_interview(day.date())
        return
    weights = dict(_weight(text) for text in weight or [])
    entered = planner.add_interview(day.date(), utc_now(), title, weights)
    typer.echo(printable(f"{entered.day} {entered.title}".strip()))
    known = parts.store.questions.topics()
    if unknown := [topic for topic in weights if topic not in known]:
        names = ", ".join(unknown)
        typer.echo(printable(f"No question is about {names} yet. Topics: {', '.join(sorted(known))}."), err=True)


def _weight(text: str) -> tuple[str, float]:
    topic, _, value = text.partition("=")
    try:
        return topic, float(value)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not TOPIC=NUMBER", param_hint="--weight") from error
