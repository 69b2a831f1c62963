"""Writes the reference pages from the program itself: `python docs/reference/generate.py [--check]`.

commands.md from the command line, config.md from `coach/config.py`, database.md from the schema of a fresh database.
With `--check` nothing is written and the exit code is 1 when a page is stale.
"""

import ast
import inspect
import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import typer

from coach import config
from coach.storage import Store
from coach.storage.tables import COMPUTED, EXPORTED
from tui.cli import app

HERE = Path(__file__).parent
MADE = "<!-- made by docs/reference/generate.py; do not edit by hand -->\n\n"
OWN = ("sqlite_sequence", "_sqlite_migrations")


def commands() -> str:
    """Every command with its arguments and options."""
    root = typer.main.get_command(app)
    parts = [f"# Commands\n\n{MADE}{root.help}\n"]
    parts += [_command(names, command) for names, command in _walk(("coach",), root)]
    return "\n".join(parts)


def _walk(names: tuple[str, ...], command: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, below in getattr(command, "commands", {}).items():
        if hasattr(below, "commands"):
            yield from _walk((*names, name), below)
        else:
            yield (*names, name), below


def _command(names: tuple[str, ...], command: Any) -> str:
    text, _, example = (command.help or "").partition("Example:")
    lines = [f"## `{' '.join(names)}`\n", " ".join(text.split())]
    if example:
        lines.append(f"\nExample: `{' '.join(example.split())}`")
    context = click.Context(command, info_name=" ".join(names))
    rows = [record for parameter in command.params if (record := parameter.get_help_record(context))]
    if rows:
        lines.append("\n| | |\n|---|---|")
        lines += [f"| `{_cell(what)}` | {_cell(meaning)} |" for what, meaning in rows if what != "--help"]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def settings() -> str:
    """Every section and key with type, default, allowed values and the sentence beside it."""
    parts = [f"# Configuration\n\n{MADE}{(config.__doc__ or '').strip()}\n"]
    for name, section in config.SECTIONS.items():
        comments = _comments(section)
        parts.append(
            f"## `[{name}]`\n\n{section.__doc__}\n\n| key | type | default | allowed | meaning |\n|---|---|---|---|---|"
        )
        for key, hint in section.__annotations__.items():
            default = getattr(section(), key)
            allowed = config.CHOICES.get(f"{name}.{key}") or config.RANGES.get(f"{name}.{key}") or ()
            shown = " to ".join(map(str, allowed)) if f"{name}.{key}" in config.RANGES else ", ".join(map(str, allowed))
            kind = getattr(hint, "__name__", str(hint)) if isinstance(hint, type) else str(hint)
            parts.append(f"| `{key}` | {kind} | `{default!r}` | {shown} | {_cell(comments[key])} |")
        parts.append("")
    return "\n".join(parts)


def _comments(section: type) -> dict[str, str]:
    """The comment behind each field of a class, by the field's name."""
    source = inspect.getsource(section)
    fields = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.AnnAssign)]
    lines = source.splitlines()
    return {node.target.id: lines[node.lineno - 1].partition("  # ")[2] for node in fields}  # type: ignore[union-attr]


ABOUT_DATABASE = """`coach.db` is one SQLite file in the home folder. Any program for SQLite may read it, also while
the coach runs; writing is left to the coach. Instants are ISO 8601 in UTC, days are ISO dates, lists are JSON.

The views come first: they have readable names and are made for looking. The tables below them are what the coach
itself works with. With [Datasette](https://datasette.io) or [sqlite-utils](https://sqlite-utils.datasette.io):

```sh
datasette coach.db
sqlite-utils rows coach.db questions_due --limit 5 --table
sqlite-utils coach.db "select topic, round(avg(grade), 2) from reviews where not undone group by topic" --table
```
"""
TABLES = {
    "attempts": "One interview question with what became of it.",
    "turns": "One thing said in an attempt.",
    "sessions": "One practice, review or mock interview: a queue of questions.",
    "judge_cases": "A grade that a person gave, beside the judge's: what the judge is measured with.",
    "settings": "What the coach has found out about this home, such as what a model may be trusted with.",
    "indexed_questions": "Which version of a question search knows.",
    "passages": "One text that search can find: a question, a piece of its answer, a key point.",
    "vectors": "The embedding of a text by one encoder: float32, little-endian, length 1.",
    "passages_state": "A token that changes with every change of the passages.",
    "questions_fts": "The lexical index (FTS5).",
    "review_log": "Everything that happened to the schedule, in order. Lines are added and never changed.",
    "cards": "The schedule of one question, as replaying the log gives it.",
    "interview_dates": "A day to be ready for.",
    "questions": "One question of the bank or of an import. Never deleted: reviews refer to it.",
    "collections": "One import source.",
}


def database() -> str:
    """Every view and table with its columns; what is exported and what is computed."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder, "coach.db"))
        db = store.db.sqlite_utils
        views = [_view(view.name, view.schema) for view in db.views]
        shown = [t for t in db.tables if t.name not in OWN and not t.name.startswith("questions_fts_")]
        tables = [_table(table) for table in shown]
        store.close()
    return "\n".join([f"# Database\n\n{MADE}{ABOUT_DATABASE}\n## Views\n", *views, "## Tables\n", *tables])


def _view(name: str, sql: str) -> str:
    """The comments of a view's definition: the first is about its rows, the others about its columns."""
    about, *columns = re.findall(r"^(.*?)-- (.*)$", sql, re.M)
    lines = [f"### `{name}`\n\n{about[1]}\n", "| column | |", "|---|---|"]
    names = [re.findall(r"\w+", definition)[-1] for definition, _ in columns]
    return (
        "\n".join([*lines, *(f"| `{name}` | {note} |" for name, (_, note) in zip(names, columns, strict=True))]) + "\n"
    )


def _table(table: Any) -> str:
    role = {**dict.fromkeys(EXPORTED, "part of an export"), **dict.fromkeys(COMPUTED, "computed again when needed")}
    linked = {key.column: f"row of `{key.other_table}`" for key in table.foreign_keys}
    about = f"{TABLES[table.name]} Primary key: {', '.join(table.pks)}; {role[table.name]}."
    lines = [f"### `{table.name}`\n\n{about}\n"]
    lines += ["| column | type | |", "|---|---|---|"]
    for column in table.columns:
        notes = [linked.get(column.name, ""), "required" if column.notnull else ""]
        lines.append(f"| `{column.name}` | {(column.type or 'any').lower()} | {', '.join(filter(None, notes))} |")
    return "\n".join(lines) + "\n"


PAGES = {"commands.md": commands, "config.md": settings, "database.md": database}


def stale() -> list[str]:
    """Names of the pages that do not say what the program says now."""
    return [name for name, make in PAGES.items() if not _same(HERE / name, make())]


def _same(page: Path, text: str) -> bool:
    return page.exists() and page.read_text("utf-8") == text


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(f"stale: {', '.join(stale())}" if stale() else 0)
    for name, make in PAGES.items():
        (HERE / name).write_text(make(), "utf-8")
