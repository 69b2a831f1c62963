"""A clock, a judge that a test can steer by what it types, and a home that uses it. Everything else is real."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from coach.assemble import Parts
from coach.config import Config
from coach.conversation import Talkers
from coach.errors import NotGraded
from coach.models import Judgement, PointVerdict, Question, Span
from coach.ports import Trunk
from coach.scoring.grade import grade, is_sure, score
from tui.app import CoachApp

MOST_VARIANCE = 0.25
"""Of a credit from 0 to 1."""


class SteppingClock:
    """A minute passes between two looks; tests set it to another day."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(minutes=1)
        return self.now


class NumberJudge:
    """Reads verdicts off the answer: "2" covers point 2, "!2" contradicts it, "~2" is half of it.

    "unsure" makes it unsure, "fail" makes it fail. A follow-up is judged as point 0.
    """

    name = "numbers"

    def judge(self, question: Question, answer: str, *, trunk: Trunk | None = None) -> Judgement:
        if "fail" in answer:
            raise NotGraded("The judge is away.", "Try again.")
        found = {int(match[2]): match for match in re.finditer(r"([!~]?)(\d)", answer)}
        variance = MOST_VARIANCE if "unsure" in answer else 0.0
        verdicts = tuple(self._verdict(question, index, found) for index in range(len(question.key_points)))
        verdicts = tuple(replace(verdict, variance=variance) for verdict in verdicts)
        return Judgement(verdicts, score(verdicts), grade(verdicts), is_sure(verdicts), self.name)

    def _verdict(self, question: Question, index: int, found: dict[int, re.Match[str]]) -> PointVerdict:
        point = question.key_points[index]
        if index not in found:
            return PointVerdict(point, "missing", 0.9, 0.0)
        match = found[index]
        span = Span(match.start(), match.end(), match[0])
        name, credit = {"": ("covered", 1.0), "~": ("partial", 0.5), "!": ("contradicted", -0.5)}[match[1]]
        return PointVerdict(point, name, 0.9, credit, span)  # type: ignore[arg-type]


class FakeParts(Parts):
    """A real home with a judge that needs no model."""

    @property
    def talkers(self) -> Talkers:
        return Talkers(NumberJudge())

    def with_key_points(self, question: Question) -> Question:
        return question


class FakeApp(CoachApp):
    """The program itself, with the steerable judge and no models to load."""

    def __init__(self, config: Config, parts: Parts | None = None, **arguments: Any) -> None:
        super().__init__(config, parts=parts or FakeParts(config), **arguments)

    def load_models(self) -> None:  # type: ignore[override]
        self._models("", True)
