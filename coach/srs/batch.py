"""The machine interface of the scheduler: plain JSON records in, plain JSON records out.

`replay` applies dated events to a starting state; `study_day_of` answers which study day an instant belongs to. Both
raise ValueError for a record that breaks the contract, before anything is scheduled from it.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from coach.srs import sm2
from coach.srs.study_day import check_rollover_hour, parse_instant, study_day, zone_named

Record = Mapping[str, Any]


def replay(record: Record, scheduler: str = "sm2") -> dict[str, Any]:
    """{"start"?: {n, interval, ef}, "events": [{date, grade, kind}]} -> {"states": [...]}, a state after every event.

    scheduler: "sm2", or "fsrs" (a start other than a new question is refused there).
    """
    events = list(_events(record["events"]))
    start = _start(record.get("start"))
    if scheduler == "fsrs":
        from coach.srs.fsrs_scheduler import replay_states  # the SM-2 path does without it

        if start != sm2.NEW:
            raise ValueError("FSRS has no n, interval and ef to start from: leave `start` out")
        return {"states": replay_states(events)}
    if scheduler != "sm2":
        raise ValueError(f"the scheduler is sm2 or fsrs, not {scheduler!r}")
    return {"states": [_state_record(state) for state in _sm2_states(start, events)]}


def study_day_of(record: Record) -> dict[str, str]:
    """{"utc", "tz", "rollover_hour"} -> {"study_day"}."""
    zone_name = record["tz"]
    if not isinstance(zone_name, str):
        raise ValueError(f"a time zone is a name, not {zone_name!r}")
    hour = check_rollover_hour(record.get("rollover_hour", 4))
    return {"study_day": study_day(parse_instant(record["utc"]), zone_named(zone_name), hour).isoformat()}


def _sm2_states(state: sm2.Sm2State, events: Sequence[tuple[date, int, str]]) -> Iterator[sm2.Sm2State]:
    for day, grade, kind in events:
        state = sm2.redrill(state, grade) if kind == "redrill" else sm2.review(state, grade, day, None)
        yield state


def _events(events: object) -> Iterator[tuple[date, int, str]]:
    if not isinstance(events, list):
        raise ValueError("events are a list")
    for event in events:
        if not isinstance(event, Mapping):
            raise ValueError(f"an event is an object, not {event!r}")
        kind = event.get("kind", "review")
        if kind not in ("review", "redrill"):
            raise ValueError(f"the kind of an event is review or redrill, not {kind!r}")
        yield _day(event["date"]), sm2.check_grade(event["grade"]), kind


def _start(start: object) -> sm2.Sm2State:
    if start is None:
        return sm2.NEW
    if not isinstance(start, Mapping):
        raise ValueError(f"start is an object with n, interval and ef, not {start!r}")
    repetitions, interval = start.get("n", 0), start.get("interval", 0)
    for name, value in (("n", repetitions), ("interval", interval)):
        if type(value) is not int or value < 0:
            raise ValueError(f"{name} is a whole number from 0, not {value!r}")
    due = _day(start["due"]) if start.get("due") is not None else None
    ef = sm2.ef_hundredths(start.get("ef", sm2.EF_START / 100))
    return sm2.Sm2State(repetitions, interval, ef, due, bool(start.get("redrill", False)))


def _day(value: object) -> date:
    if not isinstance(value, str):
        raise ValueError(f"a date is text such as 2026-01-31, not {value!r}")
    return date.fromisoformat(value)


def _state_record(state: sm2.Sm2State) -> dict[str, Any]:
    return {
        "n": state.repetitions,
        "interval": state.interval_days,
        "ef": state.ef_hundredths / 100,
        "due": state.due.isoformat() if state.due else None,
        "redrill": state.redrill,
    }
