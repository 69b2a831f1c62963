"""The parts of the fault drill in which nothing is killed: where the disk is full, time jumps, or two coaches work.

full_disk     a home on a disk of a few MiB (tmpfs; needs the right to mount) that is filled up: answering, importing
              and backing up must each end in a calm error; once there is room again everything acknowledged is there,
              the database is sound and the same steps succeed
clock_jumps   answers while the clock goes back and forth by minutes to decades: every answer is one line of the log,
              and replaying the log gives the schedule that is kept
two_coaches   two processes answer on one home at the same time: nothing acknowledged is lost, and the schedule is
              that of the log

Each returns "fine", "not possible here: ..." or "wrong: ...".
"""

import os
import random
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.faults_work import DrillParts, answering, mock_interviews
from coach.backup import back_up
from coach.config import load
from coach.errors import CoachError, StorageError
from coach.paths import Paths
from coach.session import Session
from coach.storage import Store
from coach.storage.backup_file import contents

DISK_MIB = 24
ANSWERS = 120
JUMPS = [timedelta(minutes=1), timedelta(hours=-3), timedelta(days=1), timedelta(days=-1), timedelta(days=9)]
JUMPS += [timedelta(days=400), timedelta(days=-400), timedelta(days=365 * 30), timedelta(days=-365 * 30)]


def full_disk() -> str:
    """Answer, import and back up where no byte is left."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            with mounted(Path(folder)):
                return verdict(on_a_full_disk(Paths(Path(folder, "home"))))
        except PermissionError as error:
            return f"not possible here: {error}"


@contextmanager
def mounted(folder: Path) -> Iterator[None]:
    """A disk of DISK_MIB at `folder`. Raises PermissionError where mounting is refused."""
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "tmpfs", str(folder)], capture_output=True, text=True
    )
    if done.returncode:
        raise PermissionError(done.stderr.strip() or "mounting is refused")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def on_a_full_disk(paths: Paths) -> list[str]:
    """What went wrong."""
    parts = DrillParts(load(paths))
    session, document = Session(parts), paths.home / "interviews.md"
    document.write_text(mock_interviews(0), "utf-8")
    saved = []
    for question in parts.store.questions.live()[:5]:
        conversation = session.ask(question.id)
        list(conversation.reply(f"before it was full: {question.id}"))
        saved.append(conversation.attempt.id)
    fill(paths.home / "filler")
    steps: dict[str, Callable[[], object]] = {
        "answer": lambda: answer_until_refused(session, saved),
        "import": lambda: parts.ingest([document], "drill"),
        "backup": lambda: back_up(paths, now=datetime.now(UTC)),
    }
    wrong = [f"{name}: {found}" for name, step in steps.items() if (found := refused(step))]
    leftover = [file.name for file in paths.backups.glob("*")] if paths.backups.exists() else []
    wrong += [f"an unfinished backup was left: {leftover}"] if leftover else []
    (paths.home / "filler").unlink()
    if problem := contents(paths.database).problem:
        wrong.append(problem)
    lost = [attempt for attempt in saved if not parts.store.attempts.transcript(attempt)]
    wrong += [f"lost answers {lost}"] if lost else []
    with suppress(StorageError):
        if parts.store.questions.live("drill"):
            wrong.append("the refused import left questions")
        parts.ingest([document], "drill")
        back_up(paths, now=datetime.now(UTC))
        answer(session, "once there is room again")
        return wrong
    return [*wrong, "what was refused does not work with room again"]


def fill(file: Path) -> None:
    """Write until no byte is left."""
    with file.open("wb", buffering=0) as filler:
        for size in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while True:
                    filler.write(b"\0" * size)


def answer(session: Session, text: str) -> int:
    """Ask a random question and answer it once; returns the attempt's id."""
    conversation = session.ask(random.choice(session.store.questions.live()).id)
    list(conversation.reply(text))
    return conversation.attempt.id


def answer_until_refused(session: Session, saved: list[int]) -> None:
    """The database may have a few pages of room inside: answer until it has none. Notes what was acknowledged."""
    while True:
        saved.append(answer(session, "word " * 500))


def refused(step: Callable[[], object]) -> str:
    """Empty if the step ends in an error meant for people that speaks of the disk; else what happened."""
    try:
        step()
    except CoachError as error:
        return "" if "disk" in str(error) or "space" in str(error) else f"said {error}"
    except Exception as error:
        return f"ended in {error!r}"
    return "claimed to have worked"


def clock_jumps() -> str:
    """Practise while the clock goes where it likes."""
    chance, now = random.Random(3), datetime(2026, 1, 5, 12, tzinfo=UTC)
    with tempfile.TemporaryDirectory() as folder:
        parts = DrillParts(load(Paths(Path(folder, "home"))))
        session = Session(parts, lambda: now)
        asked = chance.sample(session.store.questions.live(), 8)
        for number in range(ANSWERS):
            now += chance.choice(JUMPS)
            conversation = session.ask(chance.choice(asked).id)
            list(conversation.reply("an answer", more_follow_ups=False))
            session.settle(conversation, chance.randrange(6))
            session.due()
            if number % 10 == 9:
                session.undo()
                session.redo()
        answers = sum(event.kind in ("review", "redrill") for event in session.store.reviews.events())
        wrong = [] if answers == ANSWERS else [f"{ANSWERS} answers are {answers} lines of the log"]
        return verdict(wrong + schedule_differs(parts))


def two_coaches() -> str:
    """Two processes answer on one home for two seconds; then both are killed."""
    with tempfile.TemporaryDirectory() as folder:
        paths = Paths(Path(folder, "home"))
        DrillParts(load(paths)).store.close()
        notes = [Path(folder, f"acknowledged-{number}") for number in range(2)]
        children = [forked(paths, note) for note in notes]
        time.sleep(2)
        while any(note.read_text().count("\n") < 6 for note in notes if note.exists()):
            time.sleep(0.2)
        for child in children:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        from benchmarks.faults import on_disk

        parts = DrillParts(load(paths))
        lines = [line for note in notes for line in note.read_text().splitlines()]
        wrong = [line for line in lines if line.startswith("failed") or not on_disk(parts.store, line)]
        return verdict(wrong + schedule_differs(parts))


def forked(paths: Paths, note: Path) -> int:
    """A process that answers and notes what was acknowledged; returns its id."""
    note.touch()
    child = os.fork()
    if child == 0:
        with note.open("a", buffering=1) as file:
            try:
                answering(paths, lambda line: print(line, file=file))
            except BaseException as error:  # a child must never return into the parent's code
                print(f"failed {error!r}", file=file)
        os._exit(0)
    return child


def schedule_differs(parts: DrillParts) -> list[str]:
    """Whether the kept schedule is another than the one that follows from the log."""
    store: Store = parts.store
    kept = {card.question_id: card for card in store.reviews.cards()}
    parts.schedule.rebuild()
    return (
        [] if kept == {card.question_id: card for card in store.reviews.cards()} else ["the schedule is not the log's"]
    )


def verdict(wrong: list[str]) -> str:
    """One line for people."""
    return f"wrong: {'; '.join(wrong)}" if wrong else "fine"


PLACES: dict[str, Callable[[], str]] = {
    "full_disk": full_disk,
    "clock_jumps": clock_jumps,
    "two_coaches": two_coaches,
}
