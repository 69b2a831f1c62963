"""Every schema that ever was opens under this version, with its rows; a newer one is refused untouched."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from coach.errors import NewerDatabase
from coach.storage import Store, migrations
from coach.storage.backup_file import contents
from coach.storage.connection import open_database

STEPS = list(migrations.STEPS)
SAMPLES: dict[str, Any] = {"TEXT": "2026-01-01", "INTEGER": 1, "REAL": 0.5, "BLOB": b"\1\2\3\4"}
OWN_TABLES = ("_sqlite_migrations", "sqlite_sequence")


def old_home(path: Path, last_step: str) -> dict[str, dict[str, Any]]:
    """A database as it was after `last_step`, with a row in every table; returns the rows."""
    path.parent.mkdir()
    db = Database(sqlite3.connect(path), execute_plugins=False)
    later = STEPS[STEPS.index(last_step) + 1 :]
    migrations.migrations().apply(db, stop_before=later or None)
    rows = {}
    for table in db.tables:
        if table.name in OWN_TABLES or table.name.startswith("questions_fts_"):
            continue
        row = {column.name: SAMPLES.get(column.type or "", "2026-01-01") for column in table.columns}
        db.table(table.name).insert(row)
        rows[table.name] = row
    db.close()
    return rows


@pytest.mark.parametrize("last_step", STEPS)
def test_rows_of_every_earlier_schema_survive(home: Path, last_step: str) -> None:
    path = home / "coach.db"
    rows = old_home(path, last_step)
    db = open_database(path)
    assert migrations.applied(db.conn) == STEPS
    for name, row in rows.items():
        (found,) = db.query(f"select * from [{name}]")
        assert {key: found[key] for key in row} == row, name
    assert list((home / "backups").glob("before-*")) == [
        home / "backups" / f"before-{step}.db" for step in STEPS[STEPS.index(last_step) + 1 :][:1]
    ]
    db.close()


def test_an_update_that_fails_changes_nothing_and_its_backup_is_sound(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = home / "coach.db"
    old_home(path, STEPS[0])
    last = STEPS[-1]
    step = migrations.STEPS[last]

    def fails(db: Database) -> None:
        step(db)
        raise RuntimeError("power cut")

    monkeypatch.setitem(migrations.STEPS, last, fails)
    with pytest.raises(RuntimeError):
        open_database(path)
    left = sqlite3.connect(path)
    assert [row[0] for row in left.execute("select name from _sqlite_migrations")] == STEPS[:1]
    left.close()
    (backup,) = (home / "backups").glob("before-*.db")
    assert contents(backup).attempts == 1


def test_a_newer_database_is_refused_and_left_alone(store: Store) -> None:
    store.db.table("_sqlite_migrations").insert(
        {"migration_set": "coach", "name": "m999_the_future", "applied_at": "2030-01-01"}
    )
    store.db.execute("pragma wal_checkpoint(truncate)")
    before = store.path.read_bytes()
    with pytest.raises(NewerDatabase, match=r"newer version of the coach \(it has m999_the_future\).*Update"):
        Store(store.path)
    assert store.path.read_bytes() == before
    assert contents(store.path).newer
