"""Kill the coach while it saves answers, over and over: is anything acknowledged lost, do log and cards agree?

python -m benchmarks.srs_kills [--kills 100]
"""

import argparse
import os
import random
import signal
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from coach.clock import StudyClock
from coach.schedule import Schedule
from coach.srs.events import replay
from coach.srs.sm2_cards import Sm2Scheduler
from coach.storage import Store

BEGIN = datetime(2026, 1, 1, 12, tzinfo=UTC)


def save_answers(path: Path, step: int, acknowledge: int) -> None:
    """Answer, undo and redo for ever; write the number of each saved answer to a pipe."""
    schedule = Schedule(Store(path), StudyClock(ZoneInfo("UTC")))
    os.write(acknowledge, b"0\n")
    while True:
        step += 1
        at = BEGIN + timedelta(hours=3 * step)
        schedule.record(f"q{step % 40}", step % 6, at)
        if step % 7 == 0:
            schedule.undo(at)
            schedule.redo(at)
        os.write(acknowledge, b"%d\n" % step)


def one_kill(path: Path, saved: int, wait: float) -> int:
    """Let a process save answers for `wait` seconds and kill it; return the last number it reported as saved."""
    reading, writing = os.pipe()
    child = os.fork()  # a fork has everything imported; no connection is open at this moment
    if child == 0:
        os.close(reading)
        save_answers(path, saved, writing)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        pipe.readline()
        time.sleep(wait)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        reported = pipe.read().split("\n")[:-1]
    return int(reported[-1]) if reported else saved


def main() -> None:
    """Kill at random moments and count what is lost or torn."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=20)
    kills = parser.parse_args().kills
    rng, saved, lost, torn = random.Random(1), 0, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "coach.db"
        Store(path).close()
        for _ in range(kills):
            saved = one_kill(path, saved, rng.uniform(0, 0.3))
            store = Store(path)
            events = list(store.reviews.events())
            answers = sum(event.kind in ("review", "redrill") for event in events)
            lost += max(0, saved - answers)
            torn += replay(events, Sm2Scheduler()) != {card.question_id: card for card in store.reviews.cards()}
            store.close()
            saved = answers
    print(
        f"{kills} kills, {saved} answers saved: {lost} acknowledged answers lost, {torn} times log and cards disagreed"
    )


if __name__ == "__main__":
    main()
