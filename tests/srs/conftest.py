from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from coach.clock import StudyClock
from coach.schedule import Schedule
from coach.storage import Store

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path / "coach.db")
    yield store
    store.close()


@pytest.fixture
def schedule(store):
    return Schedule(store, StudyClock(ZoneInfo("UTC")))


@pytest.fixture
def noon():
    return NOON
