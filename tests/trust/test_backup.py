import os
import stat
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from coach.assemble import Parts
from coach.backup import back_up, back_up_daily, backups, differences, newest_sound, preview, restore
from coach.clock import StudyClock
from coach.config import load
from coach.doctor import examine
from coach.errors import StorageError
from coach.paths import Paths
from coach.schedule import Schedule
from coach.storage import Store

NOW = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def paths(store: Store) -> Paths:
    return Paths(store.path.parent)


def ask(store: Store, count: int) -> None:
    with store.atomic():
        for number in range(count):
            store.attempts.start(f"question-{number}", NOW)


def test_a_backup_is_complete_while_the_database_is_in_use_and_private(store: Store, paths: Paths) -> None:
    ask(store, 3)
    backup = back_up(paths, now=NOW)
    assert preview(paths, backup.path).then.attempts == 3
    assert stat.S_IMODE(backup.path.stat().st_mode) == 0o600
    assert [entry.name for entry in paths.backups.iterdir()] == [backup.path.name]  # no companions, nothing unfinished


def test_a_restore_is_seen_by_a_coach_that_is_running_and_keeps_what_was_there(store: Store, paths: Paths) -> None:
    ask(store, 2)
    backup = back_up(paths, now=NOW)
    ask(store, 5)
    seen = preview(paths, backup.path)
    assert ("attempts", 7, 2) in differences(seen)
    aside = restore(paths, backup.path, now=NOW)
    assert len(store.attempts.of_question("question-0")) == 1
    assert aside is not None
    assert preview(paths, aside).then.attempts == 7
    ask(store, 1)  # and it goes on working
    assert len(store.attempts.of_question("question-0")) == 2


def test_daily_backups_rotate_and_leave_those_on_request(store: Store, paths: Paths) -> None:
    kept = back_up(paths, now=NOW).path
    for number in range(5):
        written = back_up_daily(paths, 3, date(2026, 1, 1) + timedelta(days=number))
        assert written is not None
        os.utime(written.path, (-number, -number))  # as after copying the home in another order
    assert back_up_daily(paths, 3, date(2026, 1, 5)) is None
    names = {backup.path.name for backup in backups(paths)}
    assert names == {kept.name, "daily-2026-01-03.db", "daily-2026-01-04.db", "daily-2026-01-05.db"}


def test_a_backup_dated_ahead_neither_counts_nor_goes(store: Store, paths: Paths) -> None:
    ahead = back_up_daily(paths, 1, date(2027, 1, 1))  # the clock was wrong
    for number in range(2):
        written = back_up_daily(paths, 1, date(2026, 1, 1) + timedelta(days=number))
        assert ahead is not None
        assert written is not None
        assert {backup.path for backup in backups(paths)} == {ahead.path, written.path}


def test_the_newest_backup_is_the_one_with_the_latest_review(store: Store, paths: Paths) -> None:
    record = Schedule(store, StudyClock(ZoneInfo("UTC"))).record
    record("q", 4, NOW)
    earlier = back_up(paths, now=NOW).path
    record("r", 4, NOW + timedelta(hours=1))
    later = back_up(paths, now=NOW + timedelta(hours=1)).path
    os.utime(later, (1, 1))  # as after copying the home in another order
    assert newest_sound(paths) == later
    damage(later)
    assert newest_sound(paths) == earlier


def test_what_a_kill_left_of_a_backup_goes_with_the_next_day(store: Store, paths: Paths) -> None:
    paths.backups.mkdir()
    left, in_progress = paths.backups / ".daily-2026-01-04.db.77", paths.backups / ".coach-20260105T120000.db.78"
    left.write_bytes(b"half")
    vanished = [paths.backups / "daily-2026-01-03.db", paths.backups / ".daily-2026-01-03.db.76"]
    for name in vanished:
        name.symlink_to(paths.backups / "what another coach has just removed")
    in_progress.write_bytes(b"half")
    os.utime(left, (1, 1))
    back_up_daily(paths, 3, date(2026, 1, 5))
    names = {entry.name for entry in paths.backups.iterdir()} - {name.name for name in vanished}
    assert names == {"daily-2026-01-05.db", in_progress.name}
    assert [backup.path.name for backup in backups(paths)] == ["daily-2026-01-05.db"]


def damage(path: Path) -> None:
    """Overwrite everything behind the header, as a failing disk might."""
    data = bytearray(path.read_bytes())
    data[100:] = b"\xa5" * (len(data) - 100)
    path.write_bytes(data)


def test_a_damaged_database_is_recognised_never_backed_up_and_can_be_restored(store: Store, paths: Paths) -> None:
    ask(store, 4)
    store.db.execute("pragma wal_checkpoint(truncate)")
    good = back_up_daily(paths, 7, date(2026, 1, 1))
    assert good is not None
    store.close()
    damage(paths.database)
    with pytest.raises(StorageError, match=r"damaged.*coach restore"):
        Store(paths.database)
    with pytest.raises(StorageError, match="Earlier backups are untouched"):
        back_up_daily(paths, 1, date(2026, 1, 2))
    assert newest_sound(paths) == good.path
    aside = restore(paths, newest_sound(paths), now=NOW)
    assert aside is not None
    assert aside.exists()
    assert len(Store(paths.database).attempts.of_question("question-3")) == 1


def test_damage_found_while_reading_rows_is_told_as_well(store: Store, paths: Paths) -> None:
    ask(store, 2000)
    store.db.execute("pragma wal_checkpoint(truncate)")
    store.close()
    data = bytearray(paths.database.read_bytes())
    data[len(data) // 2 :] = b"\xa5" * (len(data) - len(data) // 2)
    paths.database.write_bytes(data)
    opened = Store(paths.database)
    with pytest.raises(StorageError, match="damaged"):
        list(opened.db.execute("select * from attempts"))


@pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough to look like one" * 20])
def test_what_is_no_backup_is_refused(paths: Paths, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "foreign.db"
    file.write_bytes(content)
    with pytest.raises(StorageError, match="cannot be restored"):
        restore(paths, file, now=NOW)


def test_the_database_is_no_target_of_its_own_backup(paths: Paths) -> None:
    with pytest.raises(StorageError, match="itself"):
        back_up(paths, paths.database, now=NOW)


def test_doctor_tells_when_backups_cannot_be_written(paths: Paths) -> None:
    paths.ensure().config.write_text('[llm]\nmodel = "none"\n')
    paths.backups.write_text("a file where the folder should be")
    parts = Parts(load(paths))
    found = examine(parts)
    assert found["newest_backup"] is None
    assert any("was not written" in problem for problem in found["problems"])
    paths.backups.unlink()
    found = examine(parts)
    assert found["newest_backup"][:4].isdigit()
    assert not any("was not written" in problem for problem in found["problems"])
