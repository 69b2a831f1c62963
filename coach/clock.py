"""The person's clock: which zone, and which study day it is. The only place that asks the system."""

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from coach.config import Study
from coach.errors import ConfigError
from coach.srs.study_day import study_day, zone_named


@dataclass(frozen=True, slots=True)
class StudyClock:
    """Turns instants into study days of one person."""

    zone: ZoneInfo
    rollover_hour: int = 4

    def day(self, instant: datetime) -> date:
        """The study day of an aware instant."""
        return study_day(instant, self.zone, self.rollover_hour)


def study_clock(study: Study) -> StudyClock:
    """The clock that the settings describe; without a zone there, the system's. Raises ConfigError."""
    if not study.time_zone:
        return StudyClock(system_zone(), study.rollover_hour)
    try:
        return StudyClock(zone_named(study.time_zone), study.rollover_hour)
    except ValueError as error:
        raise ConfigError(f"study.time_zone: {error}.", "Use a name such as Europe/Berlin.") from error


def system_zone() -> ZoneInfo:
    """The system's time zone by its IANA name: from TZ, /etc/localtime or /etc/timezone; UTC if none of them tells."""
    for name in filter(None, _candidate_names()):
        with suppress(ValueError):
            return zone_named(name)
    return ZoneInfo("UTC")


def utc_now() -> datetime:
    """This moment, aware."""
    return datetime.now(UTC)


def _candidate_names() -> list[str]:
    names = [os.environ.get("TZ", "").removeprefix(":")]
    link = Path("/etc/localtime")
    if link.is_symlink():
        names.append(os.path.realpath(link).partition("zoneinfo/")[2])
    listed = Path("/etc/timezone")
    if listed.is_file():
        names.append(listed.read_text("utf-8", errors="replace").strip())
    return names
