"""`coach srs`: the scheduler's machine interface."""

from pathlib import Path
from typing import Annotated

import typer

from coach.srs import batch
from tui.jsonl import run_batch

app = typer.Typer(help="Look into the scheduler, or drive it in batches.", no_args_is_help=True)

Batch = Annotated[Path, typer.Option("--batch", help="File of JSON Lines; - reads standard input.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON Lines (the only format of a batch).")]


@app.command()
def replay(
    batch_file: Batch,
    scheduler: Annotated[str, typer.Option(help="sm2 or fsrs.")] = "sm2",
    json_lines: Json = False,
) -> None:
    """Apply dated review events and print the state after each; no cap on intervals."""
    if scheduler not in ("sm2", "fsrs"):
        raise typer.BadParameter(f"{scheduler!r} is neither sm2 nor fsrs", param_hint="--scheduler")
    run_batch(batch_file, lambda record: batch.replay(record, scheduler))


@app.command("study-day")
def study_day(batch_file: Batch, json_lines: Json = False) -> None:
    """Print the study day that each UTC instant belongs to in its zone."""
    run_batch(batch_file, lambda record: dict(batch.study_day_of(record)))
