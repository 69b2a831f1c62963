"""A full disk, a home that cannot be written, two coaches at once: told in words, and nothing acknowledged is lost."""

import ctypes
import errno
import os
import resource
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from coach.config import save_value
from coach.errors import ConfigError, StorageBusy
from coach.models import Turn
from coach.paths import Paths
from coach.storage import Store
from coach.storage.backup_file import contents

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
WRITE_UNTIL_FULL = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from coach.errors import StorageError
from coach.models import Turn
from coach.storage import Store
store = Store(Path(sys.argv[1]))
attempt = store.attempts.start("q", datetime.now(UTC))
while True:
    try:
        with store.atomic():
            store.attempts.add_turn(attempt, Turn("candidate", "answer", "word " * 2000, datetime.now(UTC)))
    except StorageError as error:
        sys.exit(str(error))
    print("saved", flush=True)
"""


def python(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    environment |= options.pop("env", {})  # type: ignore[arg-type]
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, timeout=120, env=environment, **options
    )


def test_a_full_disk_is_told_and_what_was_saved_stays(home: Path) -> None:
    Store(home / "coach.db").close()
    room = (home / "coach.db").stat().st_size + 400_000
    done = python(
        "-c",
        WRITE_UNTIL_FULL,
        str(home / "coach.db"),
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
    )
    saved = done.stdout.split().count("saved")
    assert saved > 5
    assert "Free some disk space" in done.stderr
    assert "Traceback" not in done.stderr
    store = Store(home / "coach.db")
    assert len(store.attempts.transcript(1)) == saved
    assert not contents(store.path).problem


def obey_permissions() -> None:
    """Take root's right to write anywhere away from a child process (Linux); other users never had it."""
    drop_capability, dac_override = 24, 1
    if os.geteuid() == 0:
        ctypes.CDLL(None).prctl(drop_capability, dac_override, 0, 0, 0)


@pytest.mark.parametrize("with_database", [False, True])
def test_a_home_that_cannot_be_written_is_told(home: Path, with_database: bool) -> None:
    home.mkdir()
    if with_database:
        Store(home / "coach.db").close()
        (home / "coach.db").chmod(0o444)
    home.chmod(0o555)
    done = python("-m", "tui.cli", "due", env={"COACH_HOME": str(home)}, preexec_fn=obey_permissions)
    home.chmod(0o755)
    assert done.returncode == 1, done.stderr
    assert done.stderr.startswith("coach: Cannot ")
    assert "COACH_HOME" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_home_that_is_no_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    done = python("-m", "tui.cli", "due", env={"COACH_HOME": str(tmp_path / "home")})
    assert done.returncode == 1
    assert done.stderr.startswith("coach: Cannot make the folder")
    assert "COACH_HOME" in done.stderr


def test_settings_are_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = Paths(tmp_path)
    save_value(paths, "study", "new_per_day", 3)
    before = paths.config.read_bytes()

    def full(self: Path, text: str, encoding: str) -> int:
        self.write_bytes(b"[st")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(ConfigError, match="No space left"):
        save_value(paths, "study", "new_per_day", 4)
    assert [path.name for path in tmp_path.iterdir()] == ["config.toml"]
    assert paths.config.read_bytes() == before


def test_a_second_coach_waits_for_the_first_and_says_so_when_it_takes_too_long(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coach.storage.connection.BUSY_SECONDS", 0.1)
    other = Store(store.path)
    attempt = other.attempts.start("q", NOW)
    with store.atomic(), pytest.raises(StorageBusy, match=r"in use by another coach\. Close it, or wait"):
        other.attempts.add_turn(attempt, Turn("candidate", "answer", "mine", NOW), "answered")
    assert other.attempts.transcript(attempt) == ()
    other.attempts.add_turn(attempt, Turn("candidate", "answer", "mine", NOW), "answered")
    assert [turn.text for turn in store.attempts.transcript(attempt)] == ["mine"]
    other.close()


def test_a_change_that_reads_first_waits_instead_of_failing(store: Store) -> None:
    """With a deferred transaction the second writer would fail at once: what it read is no longer true."""
    other = Store(store.path)
    with store.atomic():
        assert store.attempts.open_attempt() is None
        reader = other.attempts.open_attempt()
        store.attempts.start("q", NOW)
    assert reader is None
    with other.atomic():
        seen = other.attempts.open_attempt()
        assert seen is not None
        other.attempts.update(seen.id, hints=1)
    other.close()


def test_the_files_of_a_home_are_private(home: Path) -> None:
    previous = os.umask(0)
    try:
        store = Store(home / "coach.db")
        store.attempts.start("q", NOW)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in [home, *home.iterdir()]}
    finally:
        os.umask(previous)
    assert modes == {"home": 0o700, "coach.db": 0o600, "coach.db-wal": 0o600, "coach.db-shm": 0o600}
    store.close()


def test_four_coaches_may_start_on_a_fresh_home_at_once(home: Path) -> None:
    code = "import sys; from pathlib import Path; from coach.storage import Store; Store(Path(sys.argv[1])).close()"
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(home / "coach.db")], stderr=subprocess.PIPE, cwd=ROOT)
        for _ in range(4)
    ]
    assert [(program.communicate()[1], program.returncode) for program in started] == [(b"", 0)] * 4
