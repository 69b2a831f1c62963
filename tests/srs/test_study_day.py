"""Days in real zones, and in one that put its clocks back over midnight."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coach.srs.study_day import begin_of, study_day

ZONES = [ZoneInfo(name) for name in ("America/St_Johns", "America/Santiago", "Pacific/Apia", "Australia/Lord_Howe")]
minutes = st.integers(0, 10 * 366 * 1440)
BEGIN = datetime(2005, 1, 1, tzinfo=UTC)


@given(minutes, st.integers(0, 5000), st.sampled_from(ZONES), st.integers(0, 23))
def test_a_later_instant_never_has_an_earlier_day(start, later, zone, hour):
    first, second = (BEGIN + timedelta(minutes=m) for m in (start, start + later))
    assert study_day(first, zone, hour) <= study_day(second, zone, hour)


@given(minutes, st.sampled_from(ZONES), st.integers(0, 23))
def test_a_day_has_begun_and_the_next_has_not(start, zone, hour):
    instant = BEGIN + timedelta(minutes=start)
    day = study_day(instant, zone, hour)
    assert begin_of(day + timedelta(days=1), zone, hour) > instant


def test_a_clock_put_back_over_midnight_does_not_reopen_yesterday():
    zone = ZoneInfo("America/St_Johns")  # 7 November 2010, 00:01 -> 6 November, 23:01
    before, after = datetime(2010, 11, 7, 2, 30, 30, tzinfo=UTC), datetime(2010, 11, 7, 2, 45, tzinfo=UTC)
    assert after.astimezone(zone).date() == date(2010, 11, 6)
    assert study_day(before, zone, 0) == study_day(after, zone, 0) == date(2010, 11, 7)


@pytest.mark.parametrize(
    ("instant", "hour", "message"),
    [
        (datetime(2026, 1, 1), 4, "needs a time zone"),
        (datetime(2026, 1, 1, tzinfo=UTC), 24, "rollover hour"),
        (datetime(1, 1, 1, tzinfo=UTC), 4, "outside the calendar"),
        (datetime(9999, 12, 31, 23, tzinfo=UTC), 0, "outside the calendar"),
    ],
)
def test_what_is_no_instant_is_refused(instant, hour, message):
    with pytest.raises(ValueError, match=message):
        study_day(instant, ZoneInfo("America/Los_Angeles" if instant.year == 1 else "Asia/Tokyo"), hour)
