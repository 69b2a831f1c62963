"""Fault drill: kill -9 at random moments of answering, importing, indexing, backing up and restoring.

    python -m benchmarks.faults [--kills 500] [--json]

Every kill hits a forked process that works on one home with the product's own code; only the judge and the encoder are
replaced by instant ones, so that nearly all moments are moments of writing. The process reports each step once the
product says that it is done ("acknowledged"). After each kill the home is opened as the next start would open it, and:

lost         acknowledged steps that are missing (answers, grades)
unsound      SQLite's integrity or foreign key check finds something
half_done    an import that is neither the old nor the new version, a backup that is not sound, a search that fails
repairs      homes that could not be opened without a hand's help

All four must be 0. The time between two kills is random, up to LONGEST_MS milliseconds after the first report.
"""

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path

import numpy as np

from coach.assemble import Parts
from coach.backup import back_up, backups, newest_sound, restore
from coach.config import load
from coach.conversation import Talkers, Working
from coach.errors import CoachError
from coach.ingest import ingest
from coach.models import Judgement, PointVerdict, Question
from coach.paths import Paths
from coach.ports import Embedder, Trunk
from coach.retrieval.hybrid import HybridRetriever
from coach.retrieval.indexing import index_questions
from coach.scoring.grade import grade, score
from coach.session import Session
from coach.storage import Store
from coach.storage.backup_file import contents

LONGEST_MS = {"answer": 200, "import": 500, "index": 2000, "backup": 300, "restore": 300}
DIM = 32
IMPORTED = 40
"""Questions of the document that is imported again and again, in two versions."""


class InstantJudge:
    """Finds every point missing but the first."""

    name = "instant"

    def judge(self, question: Question, answer: str, *, trunk: Trunk | None = None) -> Judgement:
        """A verdict per point, at once."""
        points = tuple(PointVerdict(point, "missing", 0.9, 0.0) for point in question.key_points)
        return Judgement(points, score(points), grade(points), True, self.name)


class InstantEncoder:
    """Vectors drawn by the hash of the text."""

    identity, dim = "instant", DIM

    def encode(self, texts: list[str]) -> np.ndarray:
        """(n, DIM) float32 rows of length 1."""
        seeds = [int.from_bytes(blake2b(text.encode(), digest_size=8).digest()) for text in texts]
        rows = np.array([np.random.default_rng(seed).standard_normal(DIM) for seed in seeds], dtype=np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class DrillParts(Parts):
    """A real home with instant models."""

    @property
    def talkers(self) -> Talkers:
        """Nobody but the judge."""
        return Talkers(InstantJudge())

    def _make_embedder(self) -> Embedder:
        return InstantEncoder()  # type: ignore[return-value]


@dataclass(slots=True)
class Tally:
    """What the drill found, summed over all kills."""

    kills: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    lost: int = 0
    unsound: int = 0
    half_done: int = 0
    repairs: int = 0
    seconds: float = 0.0


Report = Callable[[str], None]


def answering(paths: Paths, report: Report) -> None:
    """Ask, answer, follow up and grade without end; reports each answer and each grade that is on disk."""
    session = Session(DrillParts(load(paths)))
    session.begin(session.of_topic(random.choice(list(session.store.questions.topics()))))
    while conversation := session.next():
        while conversation.attempt.state not in ("judged", "not_graded"):
            text = f"answer {random.random()}"
            for event in conversation.reply(text):
                if isinstance(event, Working) and event.what == "judging":  # the first event: the answer is saved
                    report(f"answer {conversation.attempt.id} {text}")
        session.settle(conversation, random.randrange(6))
        report(f"grade {conversation.attempt.id}")


def importing(paths: Paths, report: Report) -> None:
    """Import one document in two versions, in turns."""
    store, folder = Store(paths.database), paths.home / "notes"
    folder.mkdir(exist_ok=True)
    for turn in range(1000):
        body = "\n".join(f"## Question {i}?\n\nAnswer {i} in version {turn % 2}.\n" for i in range(IMPORTED))
        (folder / "notes.md").write_text(body, "utf-8")
        ingest(store, [folder / "notes.md"], "drill", embedder=None, derive=lambda answer, encoder: ())
        report(f"import {turn}")


def indexing(paths: Paths, report: Report) -> None:
    """Throw the vectors away and build passages, vectors and the index file anew."""
    store, encoder = Store(paths.database), InstantEncoder()
    for turn in range(1000):
        store.passages.drop_vectors_except([])
        index_questions(store, store.questions.live(), encoder)  # type: ignore[arg-type]
        HybridRetriever(store, encoder).search("drill", 3)  # type: ignore[arg-type]
        report(f"index {turn}")


def backing_up(paths: Paths, report: Report) -> None:
    """Write backups while the log grows."""
    parts = DrillParts(load(paths))
    for turn in range(1000):
        target = paths.backups / f"drill-{turn % 3}.db"
        back_up(paths, target, now=datetime.now(UTC))
        parts.store.attempts.start("drill", datetime.now(UTC))
        report(f"backup {target}")


def restoring(paths: Paths, report: Report) -> None:
    """Bring the newest backup back, again and again."""
    if not backups(paths):
        back_up(paths, now=datetime.now(UTC))
    for turn in range(1000):
        for extra in backups(paths)[5:]:
            extra.path.unlink()
        restore(paths, newest_sound(paths), now=datetime.now(UTC))
        report(f"restore {turn}")


WORK = {"answer": answering, "import": importing, "index": indexing, "backup": backing_up, "restore": restoring}


def killed(work: Callable[[Paths, Report], None], paths: Paths, after: float) -> list[str]:
    """Fork, work, kill -9 `after` seconds behind the first report; returns what was acknowledged."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            work(paths, lambda line: void(os.write(writing, f"{line}\n".encode())))
        except BaseException as error:  # a child must never return into the parent's code
            os.write(writing, f"failed {error!r}\n".encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        first = pipe.readline()
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        lines = [first, *pipe.readlines()]
    return [line.decode().rstrip("\n") for line in lines if line.endswith(b"\n")]


def void(_: object) -> None:
    """Drop a value."""


def examine(what: str, paths: Paths, acknowledged: list[str], tally: Tally) -> None:
    """Open the home as the next start does and count what is wrong."""
    tally.kills[what] += 1
    tally.acknowledged += len(acknowledged)
    if failures := [line for line in acknowledged if line.startswith("failed")]:
        tally.half_done += 1
        sys.stderr.write(f"{what}: {failures[0]}\n")
    try:
        with closing(Store(paths.database)) as store:
            found = [row[0] for row in store.db.execute("pragma integrity_check")]
            broken = list(store.db.execute("pragma foreign_key_check"))
            tally.unsound += found != ["ok"] or bool(broken)
            tally.lost += sum(not on_disk(store, line) for line in acknowledged)
            tally.half_done += not whole(what, store, paths)
    except CoachError as error:
        tally.repairs += 1
        sys.stderr.write(f"{what}: {error}\n")


def on_disk(store: Store, line: str) -> bool:
    """Whether an acknowledged step is in the home."""
    what, _, rest = line.partition(" ")
    if what == "answer":
        attempt, _, text = rest.partition(" ")
        return any(turn.text == text for turn in store.attempts.transcript(int(attempt)))
    if what == "grade":
        return any(event.attempt_id == int(rest) for event in store.reviews.newest(200))
    return True


def whole(what: str, store: Store, paths: Paths) -> bool:
    """Whether the step that the kill interrupted is wholly there or not at all."""
    if what == "import":
        answers = [question.answer for question in store.questions.live("drill")]
        versions = {answer.split("version")[-1].strip() for answer in answers}
        return len(answers) in (0, IMPORTED) and len(versions) <= 1
    if what == "index":
        encoder = InstantEncoder()
        index_questions(store, store.questions.live(), encoder)  # type: ignore[arg-type]
        return len(HybridRetriever(store, encoder).search("drill", 3)) == 3  # type: ignore[arg-type]
    if what in ("backup", "restore"):
        return not any(contents(backup.path).problem for backup in backups(paths))
    return True


def drill(kills: int, seed: int = 7) -> Tally:
    """Kill `kills` processes, in turns over the kinds of work."""
    chance, tally, started = random.Random(seed), Tally(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        paths = Paths(Path(folder, "home"))
        DrillParts(load(paths)).store.close()  # the shipped bank
        for number in range(kills):
            what = list(WORK)[number % len(WORK)]
            examine(what, paths, killed(WORK[what], paths, chance.uniform(0, LONGEST_MS[what] / 1000)), tally)
    tally.seconds = time.monotonic() - started
    return tally


def main() -> None:
    """Print the tally; exit code 1 when anything was lost or broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"  # read when FAISS is loaded: threads of a parent do not live on in a fork
    tally = drill(wanted.kills)
    figures = {
        "kills": sum(tally.kills.values()),
        "acknowledged": tally.acknowledged,
        "lost": tally.lost,
        "unsound": tally.unsound,
        "half_done": tally.half_done,
        "repairs": tally.repairs,
        "seconds": round(tally.seconds, 1),
    }
    for name, value in figures.items():
        print(f"{name:<14}{value:>8}")
    print("kills by work: " + ", ".join(f"{what} {count}" for what, count in tally.kills.items()))
    if wanted.json:
        print(json.dumps(figures))
    if tally.lost or tally.unsound or tally.half_done or tally.repairs:
        sys.exit(1)


if __name__ == "__main__":
    main()
