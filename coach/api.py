"""The coach from Python, for notebooks and scripts: `from coach import Coach`.

>>> coach = Coach()                                                         # doctest: +SKIP
>>> coach.ingest("notes.md").new                                            # doctest: +SKIP
12
>>> question = coach.next_question()                                        # doctest: +SKIP
>>> judgement = coach.judge(question, "my answer")                          # doctest: +SKIP
>>> coach.record(question.id, judgement.grade).due                          # doctest: +SKIP
datetime.date(2026, 12, 1)
"""

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from coach.assemble import Parts
from coach.batch import judge_answer
from coach.clock import utc_now
from coach.config import load
from coach.errors import CoachError
from coach.grounding import Grounding
from coach.ingest import Report
from coach.models import Card, DueItem, Judgement, KeyPoint, Question, SearchHit
from coach.paths import Paths, expanded
from coach.privacy import import_without_probe, switch_telemetry_off
from coach.session import Session


class Coach:
    """One person's home: its questions, judge and schedule. Models are loaded at their first use.

    home: folder of the data; None means COACH_HOME or the platform's folder. Use it as a context manager, or call
    `close`. Every method may raise CoachError with a message meant for people.
    """

    def __init__(self, home: str | Path | None = None) -> None:
        switch_telemetry_off()
        import_without_probe()
        self.parts = Parts(load(Paths(expanded(home)) if home is not None else None))
        self.session = Session(self.parts)

    def ingest(self, *paths: str | Path, collection: str = "", dry_run: bool = False) -> Report:
        """Import documents; returns what became new, changed, unchanged and gone."""
        return self.parts.ingest([Path(path) for path in paths], collection, dry_run=dry_run)

    def questions(self, topic: str | None = None, collection: str | None = None) -> list[Question]:
        """All live questions, of one topic or collection if named."""
        return self.parts.store.questions.live(collection, topic)

    def question(self, question_id: str) -> Question:
        """One question by its id. Raises CoachError for an unknown one."""
        found = self.parts.store.questions.get(question_id)
        if found is None:
            raise CoachError(f"There is no question “{question_id}”.", "`Coach.questions()` lists all.")
        return found

    def search(self, query: str, k: int = 10) -> list[SearchHit]:
        """At most k questions by words and meaning, best first."""
        self.parts.index()
        return self.parts.retriever.search(query, k)

    def due(self, limit: int | None = None) -> list[DueItem]:
        """Today's questions in the order they should be asked, within the day's budget."""
        return self.session.due(limit)

    def next_question(self) -> Question | None:
        """The question to ask now, None when nothing is due."""
        items = self.due(1)
        return self.question(items[0].question_id) if items else None

    def judge(self, question: Question | str, answer: str, key_points: Sequence[str | KeyPoint] = ()) -> Judgement:
        """Judge an answer point by point; nothing is stored.

        question: one of the bank, or the text of any question: then `key_points` are judged, or without them points
        from the best passages of the bank. Raises NotGraded when there is nothing to judge against.
        """
        if isinstance(question, str):
            points = tuple(KeyPoint(point) if isinstance(point, str) else point for point in key_points)
            question = Question("", question, "", "", key_points=points)
        grounded, _ = Grounding(self.parts).ground(question)
        return judge_answer(self.parts, grounded, answer)

    def record(self, question_id: str, grade: int, *, seconds: float | None = None) -> Card:
        """Enter a review with a grade 0..5 and return the question's new schedule. Raises ValueError for other grades.

        seconds: time the answer took, for the day's budget.
        """
        question = self.question(question_id)
        return self.parts.schedule.record(question.id, grade, utc_now(), topic=question.topic, seconds=seconds)

    def close(self) -> None:
        """Free what is held."""
        self.parts.close()

    def __enter__(self) -> "Coach":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
