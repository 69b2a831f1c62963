"""Which study day an instant belongs to.

A study day begins at `rollover_hour` by the wall clock of a zone, so that answers after midnight count for the evening
before. Instants are aware datetimes; days are dates without a zone.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ONE_DAY = timedelta(days=1)


def study_day(instant: datetime, zone: ZoneInfo, rollover_hour: int = 4) -> date:
    """Return the study day of an aware `instant`: the last one that has begun in `zone`.

    A day has begun once the wall clock first showed `rollover_hour` of its date; a clock put back over that moment does
    not end it again, so in one zone a later instant never has an earlier day. If the moment is skipped (a clock put
    forward, a date left out at the date line), the day begins with the first moment after it.
    Raises ValueError for a naive instant, an hour outside 0..23, or a day outside the calendar.
    """
    if instant.tzinfo is None:
        raise ValueError(f"an instant needs a time zone: {instant.isoformat()}")
    check_rollover_hour(rollover_hour)
    try:
        local = instant.astimezone(zone).replace(tzinfo=None)
        day = (local - timedelta(hours=rollover_hour)).date()
        while begin_of(day + ONE_DAY, zone, rollover_hour) <= instant:
            day += ONE_DAY
    except OverflowError as error:
        raise ValueError(f"{instant.isoformat()} lies outside the calendar") from error
    return day


def begin_of(day: date, zone: ZoneInfo, rollover_hour: int = 4) -> datetime:
    """The instant, in UTC, at which the wall clock first shows `rollover_hour` of `day`."""
    # fold=0 is the first of two equal readings
    return datetime.combine(day, time(rollover_hour), tzinfo=zone).astimezone(UTC)


def check_rollover_hour(value: object) -> int:
    """Return `value` if it is a whole hour 0..23, else raise ValueError."""
    if type(value) is not int or not 0 <= value <= 23:
        raise ValueError(f"the rollover hour is a whole number from 0 to 23, not {value!r}")
    return value


@lru_cache(maxsize=64)
def zone_named(name: str) -> ZoneInfo:
    """The IANA time zone of that name; ValueError if there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"there is no time zone {name!r}") from error


def parse_instant(text: object) -> datetime:
    """An ISO 8601 instant with offset (`Z` included), in UTC. Raises ValueError for anything else."""
    if not isinstance(text, str):
        raise ValueError(f"an instant is ISO 8601 text, not {text!r}")
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"an instant needs an offset or Z: {text!r}")
    try:
        return instant.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(f"{text!r} lies outside the calendar") from error
