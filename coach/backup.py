"""Backups of one home: one a day, more on request, one before anything dangerous; and bringing one back.

Works on files alone, without opening the home's database through `Store`: it must do so when that is damaged.
"""

import os
import sqlite3
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from coach.errors import StorageError
from coach.paths import Paths
from coach.storage.backup_file import UNFINISHED, Contents, contents, copy_back, write_backup

DAILY, ON_REQUEST, BEFORE = "daily-", "coach-", "before-"
KEPT_BEFORE = 3
"""Backups kept of those made before an update or a restore."""


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup file. written: when, aware, in UTC."""

    path: Path
    written: datetime
    size_bytes: int


def backups(paths: Paths) -> list[Backup]:
    """All backups of a home, newest first."""
    found = []
    for file in paths.backups.glob("*.db"):
        with suppress(FileNotFoundError):  # another coach removes old ones
            status = file.stat()
            found.append(Backup(file, datetime.fromtimestamp(status.st_mtime, UTC), status.st_size))
    return sorted(found, key=lambda backup: (backup.written, backup.path.name), reverse=True)


def back_up(paths: Paths, target: Path | None = None, *, now: datetime) -> Backup:
    """Write a backup to `target`, or into the home's folder of backups. Raises StorageError."""
    if not paths.database.exists():
        raise StorageError(f"There is no database in {paths.home} yet.", "Start the coach once.")
    target = target or paths.backups / f"{ON_REQUEST}{now:%Y%m%dT%H%M%S}.db"
    if target.exists() and target.samefile(paths.database):
        raise StorageError("A backup cannot replace the database itself.", "Name another file.")
    write_backup(paths.database, target)
    return Backup(target, now, target.stat().st_size)


def back_up_daily(paths: Paths, keep: int, today: date) -> Backup | None:
    """Write today's backup unless it exists, then delete daily ones beyond the newest `keep`; None if not needed.

    Daily backups dated after today (the clock was ahead) stay, and do not count. A database that fails the check of its
    copy leaves every earlier backup where it is. Raises StorageError.
    """
    target = paths.backups / f"{DAILY}{today.isoformat()}.db"
    if keep < 1 or target.exists() or not paths.database.exists():
        return None
    write_backup(paths.database, target)
    # by the date in their names: the times of files change when a home is copied
    daily = (file for file in paths.backups.glob(f"{DAILY}*.db") if file.name <= target.name)
    _keep_newest(sorted(daily, reverse=True), keep)
    _keep_newest([made.path for made in backups(paths) if made.path.name.startswith(BEFORE)], KEPT_BEFORE)
    _remove_unfinished(paths)
    return Backup(target, datetime.now(UTC), target.stat().st_size)


def _keep_newest(newest_first: Sequence[Path], keep: int) -> None:
    for file in newest_first[keep:]:
        file.unlink(missing_ok=True)


def _remove_unfinished(paths: Paths) -> None:
    """Delete what a kill left of a copy; one that is younger than a day may still be being written."""
    for file in paths.backups.glob(UNFINISHED):
        with suppress(FileNotFoundError):  # it has just been finished
            if time.time() - file.stat().st_mtime > 24 * 3600:
                file.unlink()


@dataclass(frozen=True, slots=True)
class Preview:
    """What a restore would change: the contents now, and those of the backup."""

    backup: Path
    now: Contents
    then: Contents


def newest_sound(paths: Paths) -> Path:
    """The backup with the latest review among those that can be restored, then the latest file.

    Files of a home that was copied are no longer as old as what they hold. Raises StorageError if there is none.
    """
    sound = [
        (found.last_review, backup.written, backup.path)
        for backup in backups(paths)
        if not (found := contents(backup.path)).problem and not found.newer
    ]
    if not sound:
        raise StorageError(f"There is no sound backup in {paths.backups}.", "Name a backup file.")
    return max(sound)[2]


def preview(paths: Paths, backup: Path) -> Preview:
    """Compare a backup with the home. Raises StorageError for a file that cannot be restored."""
    if not backup.is_file():
        raise StorageError(f"There is no backup {backup}.", "`coach backup --list` shows all.")
    then = contents(backup)
    if then.problem:
        raise StorageError(f"{backup} cannot be restored: {then.problem}.", "Choose another backup.")
    if then.newer:
        raise StorageError(f"{backup} was written by a newer version of the coach.", "Update the coach first.")
    return Preview(backup, contents(paths.database) if paths.database.exists() else Contents(), then)


def restore(paths: Paths, backup: Path, *, now: datetime) -> Path | None:
    """Bring a backup back; returns where the present database was put aside, None if there was none.

    A usable database is overwritten in place, in one transaction, so a coach that is running sees the restored content;
    a damaged one is moved aside with its companions. Raises StorageError, and then nothing has changed.
    """
    seen = preview(paths, backup)
    _drop_indexes(paths)
    if not paths.database.exists():
        write_backup(backup, paths.ensure().database)
        return None
    aside = paths.backups / f"{BEFORE}restore-{now:%Y%m%dT%H%M%S}.db"
    if not seen.now.problem:
        write_backup(paths.database, aside)
        try:
            copy_back(backup, paths.database)
        except sqlite3.DatabaseError as error:
            raise StorageError(f"Nothing was restored: {error}.", "Close every other coach and try again.") from error
        return aside
    _put_aside(paths.database, aside.with_suffix(".damaged"))
    write_backup(backup, paths.database)
    return aside.with_suffix(".damaged")


def _drop_indexes(paths: Paths) -> None:
    """Delete the index files: they know vectors by ids, which mean other vectors in the restored database."""
    try:
        for file in paths.index.glob("*.vectors"):
            file.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(f"Cannot delete {error.filename}: {error.strerror}.", "Nothing was restored.") from error


def _put_aside(database: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for suffix in ("-wal", "-shm", ""):  # the database last: until then it is still what opens
        part = database.with_name(database.name + suffix)
        if part.exists():
            os.replace(part, target.with_name(target.name + suffix))


def differences(seen: Preview) -> Sequence[tuple[str, int, int]]:
    """(what, number now, number after the restore) for everything that a preview counts."""
    names = ("questions", "attempts", "reviews")
    return [(name, getattr(seen.now, name), getattr(seen.then, name)) for name in names]
