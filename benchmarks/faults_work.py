"""What the fault drill interrupts: each kind of writing, done by the product's own code with instant models."""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from hashlib import blake2b

import numpy as np

from coach.assemble import Parts
from coach.backup import back_up, backups, newest_sound, restore
from coach.config import load
from coach.conversation import Talkers
from coach.events import Working
from coach.llm.download import HubFile, pull
from coach.models import Judgement, PointVerdict, Question
from coach.paths import Paths
from coach.ports import Embedder, Judge, Trunk
from coach.retrieval.hybrid import HybridRetriever
from coach.retrieval.indexing import index_questions
from coach.scoring.grade import grade, score
from coach.session import Session
from coach.storage import Store
from tests.llm.hub_server import FILE, REPOSITORY

LONGEST_MS = {"answer": 200, "judging": 150, "grading": 200, "import": 1500, "index": 2000, "backup": 300}
LONGEST_MS |= {"restore": 300, "pull": 900}
"""A kill comes up to so many milliseconds after the first report: about what one step of that work takes."""
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


class SlowJudge(InstantJudge):
    """Takes its time, so that a kill hits between an answer and its verdict."""

    def judge(self, question: Question, answer: str, *, trunk: Trunk | None = None) -> Judgement:
        """A verdict per point, after as long as a real judge takes for a few of them."""
        time.sleep(0.05)
        return super().judge(question, answer, trunk=trunk)


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

    drill_judge: Judge = InstantJudge()

    @property
    def talkers(self) -> Talkers:
        """Nobody but the judge."""
        return Talkers(self.drill_judge)

    def _make_embedder(self) -> Embedder:
        return InstantEncoder()  # type: ignore[return-value]


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


def judging(paths: Paths, report: Report) -> None:
    """Answer and have it judged, follow-ups included; reports each answer and each verdict that is on disk."""
    parts = DrillParts(load(paths))
    parts.drill_judge = SlowJudge()
    session = Session(parts)
    while True:
        conversation = session.ask(random.choice(session.store.questions.live()).id)
        while conversation.attempt.state != "judged":
            text = f"answer {random.random()}"
            for event in conversation.reply(text):
                if isinstance(event, Working) and event.what == "judging":
                    report(f"answer {conversation.attempt.id} {text}")
                elif isinstance(event, Working):  # of wording: the verdicts are saved
                    report(f"verdict {conversation.attempt.id}")
        session.skip(conversation)


def grading(paths: Paths, report: Report) -> None:
    """Grade, overrule, undo and redo without end; reports the line of the log that each of these wrote."""
    session = Session(DrillParts(load(paths)))
    while True:
        conversation = session.ask(random.choice(session.store.questions.live()).id)
        list(conversation.reply("an answer", more_follow_ups=False))
        steps: tuple[Callable[[], object], ...] = (
            partial(session.settle, conversation, random.randrange(6)),
            partial(session.override, conversation.attempt.id, random.randrange(6)),
            session.undo,
            session.redo,
        )
        for step in steps:
            step()
            report(f"log {session.store.reviews.newest(1)[0].id}")


def mock_interviews(version: int) -> str:
    """A document in the layout of collected mock interviews, in one of two versions."""
    lines = ["# Mock interviews", "", "## Fundamentals", ""]
    for number in range(IMPORTED):
        lines += [f"### Question {number}: Case {number}", f'**Interviewer:** "What happens in case {number}?"', ""]
        lines += [
            "**Ideal Answer:**",
            "```",
            f"Effect {number} comes first. It is seen in version {version}",
            "```",
            "",
        ]
    return "\n".join(lines)


def importing(paths: Paths, report: Report) -> None:
    """Import one document in two versions, in turns, as `coach ingest` does: key points, vectors, passages."""
    parts, document = DrillParts(load(paths)), paths.home / "interviews.md"
    for turn in range(1000):
        document.write_text(mock_interviews(turn % 2), "utf-8")
        parts.ingest([document], "drill")
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


def pulling(paths: Paths, report: Report) -> None:
    """Fetch a model from the hub that HF_ENDPOINT names, again and again."""
    for turn in range(1000):
        report(f"pull {turn}")
        pull(HubFile(REPOSITORY, FILE), paths.models).unlink()


WORK = {
    "answer": answering,
    "judging": judging,
    "grading": grading,
    "import": importing,
    "index": indexing,
    "backup": backing_up,
    "restore": restoring,
    "pull": pulling,
}
