"""Fault drill: kill -9 at random moments of everything that writes, then a full disk, a clock that jumps, two coaches.

    python -m benchmarks.faults [--kills 500] [--json]

Every kill hits a forked process that works on one home with the product's own code; only the judge and the encoder are
replaced by instant ones, so that nearly all moments are moments of writing. The process reports each step once the
product says that it is done ("acknowledged"). After each kill the home is opened as the next start would open it, and:

lost         acknowledged steps that are missing (answers, verdicts, grades, lines of the log)
unsound      SQLite's integrity or foreign key check finds something
half_done    an interrupted interview that does not go on to a verdict, a schedule that is not the log's, an import that
             is neither the old nor the new version, a backup or a model that is not whole, a search that fails
repairs      homes that could not be opened without a hand's help
resumed      transfers of a model that went on where the kill had stopped them (of those that had got so far)

All but the last must be 0. The time between two kills is random, up to LONGEST_MS after the first report.
The other drills are described in `benchmarks/faults_places.py`; each must end with "fine".
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
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.faults_places import PLACES, schedule_differs
from benchmarks.faults_work import IMPORTED, LONGEST_MS, WORK, DrillParts, InstantEncoder
from coach.backup import backups
from coach.config import load
from coach.errors import CoachError
from coach.llm.download import HubFile, pull
from coach.paths import Paths
from coach.retrieval.hybrid import HybridRetriever
from coach.retrieval.indexing import index_questions
from coach.session import Session
from coach.storage import Store
from coach.storage.backup_file import contents
from tests.llm.hub_server import CONTENT, FILE, REPOSITORY, Hub

CHUNK = 1 << 20
"""Bytes of a transfer that a kill may cost; the hub's client writes ten times as many at once."""


@dataclass(slots=True)
class Tally:
    """What the drill found, summed over all kills."""

    kills: Counter[str] = field(default_factory=Counter)
    acknowledged: int = 0
    lost: int = 0
    unsound: int = 0
    half_done: int = 0
    repairs: int = 0
    resumed: int = 0
    seconds: float = 0.0

    @property
    def clean(self) -> bool:
        """Whether nothing was lost or broken."""
        return not (self.lost or self.unsound or self.half_done or self.repairs)


def killed(work: Callable[[Paths, Callable[[str], None]], None], paths: Paths, after: float) -> list[str]:
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


def void(*_: object) -> None:
    """Drop what is given."""


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
            tally.half_done += not whole(what, store, paths, tally)
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
    if what == "verdict":
        return store.attempts.get(int(rest)).judgement is not None
    return what != "log" or store.reviews.event(int(rest)) is not None


def whole(what: str, store: Store, paths: Paths, tally: Tally) -> bool:
    """Whether the step that the kill interrupted is wholly there or not at all."""
    if what in ("answer", "judging"):
        return goes_on(DrillParts(load(paths)))
    if what == "grading":
        return not schedule_differs(DrillParts(load(paths)))
    if what == "import":
        answers = [question.answer for question in store.questions.live("drill")]
        versions = {answer.split("version")[-1].strip() for answer in answers}
        searched = set(store.passages.content_hashes())
        indexed = all(question.id in searched for question in store.questions.live("drill"))
        return len(answers) in (0, IMPORTED) and len(versions) <= 1 and indexed
    if what == "index":
        encoder = InstantEncoder()
        index_questions(store, store.questions.live(), encoder)  # type: ignore[arg-type]
        return len(HybridRetriever(store, encoder).search("drill", 3)) == 3  # type: ignore[arg-type]
    if what in ("backup", "restore"):
        return not any(contents(backup.path).problem for backup in backups(paths))
    return what != "pull" or pulled_whole(paths, tally)


def goes_on(parts: DrillParts) -> bool:
    """Whether the interview that was left open, if one was, is resumed and comes to an end with a verdict."""
    session = Session(parts)
    with closing(parts):
        if (resume := session.resumable()) is None:
            return True
        conversation = session.converse(resume.attempt, resume.question)
        if conversation.needs_judging():
            list(conversation.go_on())
        while conversation.attempt.state in ("asked", "answered", "following_up"):
            list(conversation.reply("the rest"))
        session.skip(conversation)
        return conversation.attempt.graded is not None


def pulled_whole(paths: Paths, tally: Tally) -> bool:
    """Whether no half model is there under its name, and fetching it again ends with the right content."""
    halves = [file for file in paths.models.rglob("*.gguf") if file.stat().st_size != len(CONTENT)]
    steps: list[int] = []
    path = pull(HubFile(REPOSITORY, FILE), paths.models, lambda done, total, what: steps.append(done))
    tally.resumed += bool(steps) and CHUNK < steps[0] < len(CONTENT)
    whole = path.read_bytes() == CONTENT
    path.unlink()
    return whole and not halves


@contextmanager
def local_hub() -> Iterator[None]:
    """A hub in a process of its own, slow enough to be interrupted."""
    from huggingface_hub.file_download import constants  # loads the client, so that no fork has to

    server = Hub()
    server.pause_seconds = 0.01
    server.handle_error = void  # type: ignore[method-assign, assignment]  # whoever asked was killed: meant to be
    child = os.fork()
    if child == 0:
        server.serve_forever()
        os._exit(0)
    constants.ENDPOINT, constants.HF_HUB_OFFLINE, constants.HF_HUB_DISABLE_XET = server.url, False, True
    constants.HUGGINGFACE_CO_URL_TEMPLATE = server.url + "/{repo_id}/resolve/{revision}/{filename}"
    constants.DOWNLOAD_CHUNK_SIZE = CHUNK
    server.server_close()
    try:
        yield
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def drill(kills: int, seed: int = 7) -> Tally:
    """Kill `kills` processes, in turns over the kinds of work."""
    chance, tally, started = random.Random(seed), Tally(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder, local_hub():
        paths = Paths(Path(folder, "home"))
        DrillParts(load(paths)).store.close()  # the shipped bank
        for number in range(kills):
            what = list(WORK)[number % len(WORK)]
            examine(what, paths, killed(WORK[what], paths, chance.uniform(0, LONGEST_MS[what] / 1000)), tally)
    tally.seconds = round(time.monotonic() - started, 1)
    return tally


def main() -> None:
    """Print the tally; exit code 1 when anything was lost or broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--kills", type=int, default=42)
    parser.add_argument("--json", action="store_true")
    wanted = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"  # read when FAISS is loaded: threads of a parent do not live on in a fork
    tally = drill(wanted.kills)
    figures = asdict(tally) | {"kills": sum(tally.kills.values())}
    for name, value in figures.items():
        print(f"{name:<14}{value:>8}")
    print("kills by work: " + ", ".join(f"{what} {count}" for what, count in tally.kills.items()))
    verdicts = {name: place() for name, place in PLACES.items()}
    for name, verdict in verdicts.items():
        print(f"{name:<14}{verdict}")
    if wanted.json:
        print(json.dumps(figures | verdicts))
    if not tally.clean or any(verdict.startswith("wrong") for verdict in verdicts.values()):
        sys.exit(1)


if __name__ == "__main__":
    main()
