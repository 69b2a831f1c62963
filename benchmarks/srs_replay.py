"""Long form of the property that cards are what replaying the log gives, over many random histories on a real file.

python -m benchmarks.srs_replay [--histories 10000]
"""

import argparse
import random
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from coach.clock import StudyClock
from coach.schedule import Schedule
from coach.srs.events import replay
from coach.srs.sm2_cards import Sm2Scheduler
from coach.storage import Store
from tests.srs.test_schedule import cards_of, random_history

BEGIN = datetime(2026, 3, 2, 12, tzinfo=UTC)
AT_ONCE = 500  # histories in a transaction: nothing here is about the disk


def main() -> None:
    """Answer, undo, redo and override at random, then compare; SystemExit if any card differs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--histories", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "coach.db")
        schedule = Schedule(store, StudyClock(ZoneInfo("UTC")))
        for first in range(0, arguments.histories, AT_ONCE):
            with store.atomic():
                for number in range(first, min(first + AT_ONCE, arguments.histories)):
                    random_history(schedule, rng, f"q{number}", BEGIN)
        kept, events = cards_of(store), list(store.reviews.events())
        replayed = replay(events, Sm2Scheduler())
        store.close()
    wrong = {key for key in kept.keys() | replayed.keys() if kept.get(key) != replayed.get(key)}
    print(f"{arguments.histories:,} histories, {len(events):,} lines, {len(kept):,} cards: {len(wrong)} differ")
    if wrong:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
