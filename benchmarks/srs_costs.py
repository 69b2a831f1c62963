"""What scheduling costs, beside the package `fsrs` and plain SQLite in the same run.

python -m benchmarks.srs_costs [--questions 1000000]
"""

import argparse
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from coach.clock import StudyClock
from coach.models import Card, InterviewDate
from coach.schedule import Schedule
from coach.srs import sm2
from coach.srs.forecast import forecast
from coach.srs.pace import Pace
from coach.srs.queue import Situation, plan_day
from coach.storage import Store

TODAY = date(2026, 6, 1)
NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


def best_of(work: Callable[[], object], times: int, clock: Callable[[], float] = time.perf_counter) -> float:
    """Shortest seconds of several runs: what the work itself needs, whatever else the machine does."""
    spans = []
    for _ in range(times):
        begin = clock()
        work()
        spans.append(clock() - begin)
    return min(spans)


def step_costs() -> None:
    """One review: ours, and the package's with its fuzz off."""
    states = [sm2.Sm2State(3, 20, ef, TODAY, False) for ef in range(130, 330)]
    ours = best_of(lambda: [sm2.review(state, 4, TODAY) for state in states], 20) / len(states)
    print(f"SM-2 step                         {ours * 1e6:8.2f} us")
    try:
        import fsrs
    except ImportError:
        return
    scheduler, card = fsrs.Scheduler(enable_fuzzing=False), fsrs.Card()
    theirs = best_of(lambda: [scheduler.review_card(card, fsrs.Rating.Good, NOON) for _ in range(200)], 20) / 200
    print(f"  beside fsrs.review_card         {theirs * 1e6:8.2f} us   ({theirs / ours:.1f} x ours)")


def random_cards(count: int, rng: random.Random) -> list[Card]:
    """Cards of a learner in the middle of it."""
    return [
        Card(
            f"q{i:07}", f"t{i % 12}", 3, 20, 250, TODAY + timedelta(days=rng.randrange(-3, 400)), False,
            TODAY - timedelta(days=rng.randrange(1, 30)), 4, 3, 0, 0, i + 1, "prose", rng.uniform(1, 80), 5.0,
        )
        for i in range(count)
    ]  # fmt: skip


def plan_cost(rng: random.Random) -> None:
    """The plan of a day in the sweep, where every question competes."""
    cards = random_cards(10_000, rng)
    interview = InterviewDate(TODAY + timedelta(days=10), TODAY - timedelta(days=80))
    situation = Situation(day=TODAY, asked=cards, questions=10_000, seen=10_000, interviews=[interview])
    span = best_of(lambda: plan_day(situation), 15, time.process_time)
    print(f"plan of 10,000 questions          {span * 1e3:8.1f} ms of CPU")


def fill(path: Path, questions: int, rng: random.Random) -> None:
    """A home with a card for each of `questions` and as many lines in the log."""
    store = Store(path)
    with store.atomic():
        store.reviews.replace_cards(random_cards(questions, rng))
        store.db.execute(
            "with recursive n(value) as (select 0 union all select value + 1 from n where value < ?1 - 1) "
            "insert into review_log "
            "(kind, question_id, at, study_day, grade, topic, zone, rollover_hour, profile, data) "
            "select 'review', printf('q%07d', value % ?1), '2026-05-01T10:00:00+00:00', '2026-05-01', 4, 't', 'UTC', "
            "4, 'prose', '' from n",
            [questions],
        )
        store.db.execute(
            "insert into questions (id, collection, topic, kind, level, text, answer, source_hash) "
            "select question_id, 'c', topic, 'concept', 3, question_id, 'An answer.', '' from cards"
        )
    store.db.execute("analyze")
    store.close()


OPENING = """
import sys, time
from datetime import date
from pathlib import Path
from coach.storage import Store
times = []
for _ in range(15):
    begin = time.perf_counter()
    store = Store(Path(sys.argv[1]))
    cards = store.reviews.due(date(2026, 6, 1), 20)
    times.append(time.perf_counter() - begin)
    store.close()
assert len(cards) == 20
print(sorted(times)[0] * 1e3, sorted(times)[7] * 1e3)
"""


def scale_costs(folder: Path, questions: int, rng: random.Random) -> None:
    """Opening a large home and asking it for what is due."""
    path = folder / "large.db"
    fill(path, questions, rng)
    output = subprocess.run(
        [sys.executable, "-c", OPENING, str(path)], capture_output=True, text=True, check=True
    ).stdout
    shortest, median = map(float, output.split())
    print(f"open, first 20 due of {questions:,}   {shortest:6.2f} ms best, {median:.2f} ms median")
    store = Store(path)
    until = TODAY + timedelta(days=29)
    span = best_of(lambda: forecast(store.reviews.counts_by_due(until), TODAY, 30, Pace()), 9, time.process_time)
    print(f"forecast of 30 days               {span * 1e3:8.1f} ms of CPU")
    schedule = Schedule(store, StudyClock(ZoneInfo("UTC")))
    answer = best_of(lambda: schedule.record("q0000001", 4, NOON), 20)
    print(f"answer at that size               {answer * 1e3:8.2f} ms best")
    store.close()


def transaction_costs(folder: Path) -> None:
    """One graded answer, saved with full synchronisation, beside one bare insert."""
    schedule = Schedule(Store(folder / "small.db"), StudyClock(ZoneInfo("UTC")))
    bare = sqlite3.connect(folder / "bare.db", isolation_level=None)
    bare.executescript(
        "pragma journal_mode = wal; pragma synchronous = full; create table t (id integer primary key, x)"
    )
    ours: list[float] = []
    theirs: list[float] = []
    for number in range(400):
        for spans, work in (
            (ours, lambda n=number: schedule.record(f"q{n % 50}", 4, NOON + timedelta(days=n))),
            (theirs, lambda: bare.execute("insert into t (x) values ('an answer')")),
        ):
            begin = time.perf_counter()
            work()
            spans.append((time.perf_counter() - begin) * 1e3)
    for name, spans in (("answer, full sync", ours), ("  beside a bare insert", theirs)):
        cuts = statistics.quantiles(spans, n=100)
        print(f"{name:24} median {cuts[49]:6.2f} ms   p99 {cuts[98]:6.2f} ms")
    for number in range(200):
        schedule.record("often", 4, NOON + timedelta(days=500 + number))
    for clock, name in ((time.perf_counter, "sync included"), (time.process_time, "of CPU")):
        undo = statistics.median(timed(lambda: schedule.undo(NOON), clock) for _ in range(50))
        redo = statistics.median(timed(lambda: schedule.redo(NOON), clock) for _ in range(50))
        print(f"undo {undo * 1e3:.2f} ms, redo {redo * 1e3:.2f} ms {name} (median of 50, question of 200 reviews)")


def timed(work: Callable[[], object], clock: Callable[[], float]) -> float:
    """Seconds of one run."""
    begin = clock()
    work()
    return clock() - begin


def main() -> None:
    """Print all costs."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--questions", type=int, default=100_000, help="size of the large home")
    arguments = parser.parse_args()
    rng = random.Random(1)
    step_costs()
    plan_cost(rng)
    with tempfile.TemporaryDirectory() as folder:
        transaction_costs(Path(folder))
        scale_costs(Path(folder), arguments.questions, rng)


if __name__ == "__main__":
    main()
