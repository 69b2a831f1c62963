"""`coach export`, `import`, `backup`, `restore`, `mcp`: what you own, in files, and the door for other programs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from coach.clock import utc_now
from coach.config import load
from coach.errors import CoachError
from coach.paths import expanded
from tui.jsonl import print_line
from tui.text import printable

if TYPE_CHECKING:
    from coach.exchange import Exchange

Json = Annotated[bool, typer.Option("--json", help="JSON on standard output.")]
FORMATS = ("jsonl", "csv", "apkg")


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command("export")(export_home)
    app.command("import")(import_home)
    app.command()(backup)
    app.command()(restore)
    app.command()(mcp)


def export_home(
    target: Annotated[Path, typer.Argument(help="File to write; a folder for CSV.")],
    format_: Annotated[
        str, typer.Option("--format", help="jsonl, csv or apkg; by default what the name ends with.")
    ] = "",
    collection: Annotated[str, typer.Option(help="Only this collection (Anki packages).")] = "",
    json: Json = False,
) -> None:
    """Write everything to files you can read.  Example: coach export all.jsonl"""
    from coach.assemble import Parts

    chosen = format_ or target.suffix.removeprefix(".").lower() or "csv"
    if chosen not in FORMATS:
        raise typer.BadParameter(f"{chosen!r} is none of {', '.join(FORMATS)}", param_hint="--format")
    parts = Parts(load())
    if chosen == "apkg":
        from coach.anki import export_apkg
        from tui.figures import counted

        notes, reviews = export_apkg(parts.store, target, utc_now(), collection or None)
        written = f"{counted(notes, 'note')} and {counted(reviews, 'review')} in {target}."
        _say(json, {"notes": notes, "reviews": reviews}, written)
        return
    from coach.exchange import export_csv, export_jsonl

    done = export_csv(parts.store, target) if chosen == "csv" else export_jsonl(parts.store, target, utc_now())
    _say(json, dict(done.added), f"{sum(done.added.values())} rows in {target}: {_counted(done.added)}.")


def import_home(
    source: Annotated[Path, typer.Argument(help="A file that `coach export` wrote.", exists=True, dir_okay=False)],
    json: Json = False,
) -> None:
    """Take in an export of another home; what is here already stays as it is.  Example: coach import all.jsonl"""
    from coach.assemble import Parts
    from coach.exchange import import_jsonl
    from coach.retrieval.indexing import update_passages

    parts = Parts(load())
    done: Exchange = import_jsonl(parts.store, parts.schedule, source)
    update_passages(parts.store, parts.store.questions.live())
    known = sum(done.known.values())
    _say(
        json, {"added": dict(+done.added), "known": dict(+done.known)}, f"Added: {_counted(done.added)}; {known} known."
    )


def backup(
    target: Annotated[Path | None, typer.Argument(help="File to write; by default in the home's folder.")] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the backups there are.")] = False,
    json: Json = False,
) -> None:
    """Copy the database to a checked backup file; one a day is made anyway.  Example: coach backup --list"""
    from coach.backup import back_up, backups

    paths = load().paths
    found = backups(paths) if list_ else [back_up(paths, expanded(target) if target else None, now=utc_now())]
    for entry in found:
        size = f"{entry.size_bytes / 2**20:.1f} MiB"
        row = {"path": str(entry.path), "written": entry.written.isoformat(timespec="seconds")}
        _say(json, row | {"bytes": entry.size_bytes}, f"{entry.written:%Y-%m-%d %H:%M} UTC  {size:>10}  {entry.path}")


def restore(
    file: Annotated[Path | None, typer.Argument(help="A backup; by default the newest sound one.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change, write nothing.")] = False,
    json: Json = False,
) -> None:
    """Bring a backup back, after showing what would change; the present database is kept.  Example: coach restore"""
    from coach.backup import differences, newest_sound, preview
    from coach.backup import restore as bring_back

    paths = load().paths
    chosen = expanded(file) if file else newest_sound(paths)
    seen = preview(paths, chosen)
    row: dict[str, Any] = {"backup": str(chosen), "last_review": seen.then.last_review or None, "kept": None}
    row |= {name: {"now": now, "then": then} for name, now, then in differences(seen)}
    if not json:
        now = f"is {seen.now.problem}" if seen.now.problem else f"last review {seen.now.last_review or 'none'}"
        typer.echo(printable(f"{chosen}: last review {seen.then.last_review or 'none'}; the database now: {now}"))
        for name, before, after in differences(seen):
            typer.echo(f"  {name:<10} {before:>8} -> {after}")
    if dry_run:
        if json:
            print_line(row)
        return
    if not yes and not json and not typer.confirm("Restore this backup?"):
        raise CoachError("Nothing was restored.")
    if json and not yes:
        raise typer.BadParameter("--json needs --yes or --dry-run")
    kept = bring_back(paths, chosen, now=utc_now())
    row["kept"] = str(kept) if kept else None
    _say(json, row, f"Restored. What was there is in {kept}." if kept else "Restored.")


def mcp() -> None:
    """Serve search, due questions and judging to editors and assistants, over standard input and output (MCP).

    Example: coach mcp
    """
    from coach.mcp_server import serve

    serve(load())


def _say(json: bool, row: dict[str, Any], text: str) -> None:
    if json:
        print_line(row)
    else:
        typer.echo(printable(text))


def _counted(numbers: dict[str, int]) -> str:
    named = [f"{number} {table.replace('_', ' ')}" for table, number in numbers.items() if number]
    return ", ".join(named) or "nothing"
