"""Compute the shipped self-test vectors: SM-2 with exact fractions straight from its formula, days from offset tables.

python -m benchmarks.make_vectors        writes coach/srs/vectors/*.jsonl
"""

import json
import random
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "coach" / "srs" / "vectors"
EF_FLOOR = Fraction(13, 10)
Events = list[dict[str, Any]]


def expected_states(n: int, interval: int, ef: Fraction, events: Events) -> list[dict[str, Any]]:
    """States by the formula in fractions."""
    states, due, redrill = [], None, False
    for event in events:
        grade, day = event["grade"], date.fromisoformat(event["date"])
        redrill = grade < 4
        if event["kind"] == "review":
            if grade < 3:
                n, interval = 0, 1
            else:
                n += 1
                ef = max(
                    EF_FLOOR, ef + Fraction(1, 10) - (5 - grade) * (Fraction(8, 100) + (5 - grade) * Fraction(2, 100))
                )
                interval = 1 if n == 1 else 6 if n == 2 else ceil(interval * ef)
            last = (date.max - day).days
            due = (day + timedelta(days=interval)).isoformat() if interval <= last else None
        states.append({"n": n, "interval": interval, "ef": float(ef), "due": due, "redrill": redrill})
    return states


def history(rng: random.Random, length: int, weights: list[int]) -> Events:
    """Random answers, often late, sometimes early, with repetitions on the day while they fail."""
    day, events = date(2025, 1, 1) + timedelta(days=rng.randrange(700)), []
    for _ in range(length):
        grade = rng.choices(range(6), weights)[0]
        events.append({"date": day.isoformat(), "grade": grade, "kind": "review"})
        while grade < 4 and rng.random() < 0.4:
            grade = rng.choices(range(6), weights)[0]
            events.append({"date": day.isoformat(), "grade": grade, "kind": "redrill"})
        day += timedelta(days=rng.choice([1, 1, 2, 6, 15, 40]))
    return events


def sm2_records(rng: random.Random) -> list[dict[str, Any]]:
    """Random histories of several kinds of learners, starts in mid-life, all short sequences, faulty grades."""
    records: list[dict[str, Any]] = []
    for number in range(90):
        weights = [[1, 1, 1, 1, 1, 1], [0, 0, 1, 2, 5, 6], [3, 3, 3, 2, 1, 1], [0, 0, 0, 1, 3, 8]][number % 4]
        start = {"n": 0, "interval": 0, "ef": 2.5}
        if number % 3 == 0:
            start = {"n": rng.randrange(2, 9), "interval": rng.randrange(6, 900), "ef": rng.randrange(130, 320) / 100}
        events = history(rng, rng.randrange(1, 16), weights)
        ef = Fraction(round(start["ef"] * 100), 100)
        expected = expected_states(int(start["n"]), int(start["interval"]), ef, events)
        records.append({"id": f"history-{number:03}", "start": start, "events": events, "expected": expected})
    long_run = [{"date": "2025-01-01", "grade": 5, "kind": "review"}] * 20
    states = expected_states(0, 0, Fraction(5, 2), long_run)
    records.append({"id": "past-the-calendar", "events": long_run, "expected": states})
    for grade in (-1, 6, 2.5, "4", None, True, float("nan")):
        events = [{"date": "2025-01-01", "grade": grade, "kind": "review"}]
        records.append({"id": f"refused-{grade}", "events": events, "expected": "error"})
    return records


# zone: [(from, offset in minutes)], UTC, as announced by their governments; the last row holds to the end of 2026
OFFSETS: dict[str, list[tuple[str, int]]] = {
    "UTC": [("2026-01-01T00:00", 0)],
    "Europe/Berlin": [("2026-01-01T00:00", 60), ("2026-03-29T01:00", 120), ("2026-10-25T01:00", 60)],
    "America/New_York": [("2026-01-01T00:00", -300), ("2026-03-08T07:00", -240), ("2026-11-01T06:00", -300)],
    "Asia/Kolkata": [("2026-01-01T00:00", 330)],
    "Australia/Lord_Howe": [("2026-01-01T00:00", 660), ("2026-04-04T15:00", 630), ("2026-10-03T15:30", 660)],
    "Pacific/Kiritimati": [("2026-01-01T00:00", 840)],
    "Pacific/Pago_Pago": [("2026-01-01T00:00", -660)],
}


def day_records(rng: random.Random) -> list[dict[str, Any]]:
    """Instants around changes of clocks and around midnight, and random ones."""
    records: list[dict[str, Any]] = []
    for zone, rows in OFFSETS.items():
        changes = [datetime.fromisoformat(at).replace(tzinfo=UTC) for at, _ in rows]
        instants = [change + timedelta(minutes=m) for change in changes[1:] for m in (-61, -31, -1, 0, 1, 59, 121)]
        instants += [changes[0] + timedelta(minutes=rng.randrange(364 * 1440)) for _ in range(6)]
        for instant in instants:
            offset = [minutes for change, (_, minutes) in zip(changes, rows, strict=True) if change <= instant][-1]
            hour = rng.choice([0, 3, 4, 6])
            # no clock of these zones is put back over one of these hours, so the wall clock alone decides
            wall = instant + timedelta(minutes=offset) - timedelta(hours=hour)
            record = {"id": f"day-{len(records):03}", "utc": instant.isoformat(), "tz": zone, "rollover_hour": hour}
            records.append(record | {"expected": wall.date().isoformat()})
    return records


def main() -> None:
    """Write both files."""
    rng = random.Random(20260101)
    for name, records in (("sm2", sm2_records(rng)), ("study_day", day_records(rng))):
        lines = "".join(json.dumps(record) + "\n" for record in records)
        (FOLDER / f"{name}.jsonl").write_text(lines, "utf-8")


if __name__ == "__main__":
    main()
