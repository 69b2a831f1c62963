import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from coach.config import Config, load
from coach.paths import Paths
from coach.session import Session
from tests.screens.fakes import FakeParts, SteppingClock


@pytest.fixture
def clock() -> SteppingClock:
    return SteppingClock()


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a fresh home, made once: reading the whole bank takes seconds."""
    home = Paths(tmp_path_factory.mktemp("shipped"))
    FakeParts(load(home)).store.close()
    return home.database


@pytest.fixture
def config(home: Path, shipped: Path) -> Config:
    home.mkdir()
    shutil.copy(shipped, home / shipped.name)
    (home / "config.toml").write_text('[study]\ntime_zone = "UTC"\n', "utf-8")
    return load()


@pytest.fixture
def session(config: Config, clock: Callable[[], datetime]) -> Iterator[Session]:
    parts = FakeParts(config)
    yield Session(parts, clock)
    parts.store.close()
