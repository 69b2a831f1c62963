"""The coach for editors and assistants: a Model Context Protocol server over standard input and output, nothing else.

Off unless somebody runs `coach mcp`; it opens no port. Grades are only recorded by the tool that says so.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from coach.api import Coach
from coach.batch import judgement_record
from coach.config import Config
from coach.errors import CoachError, install
from coach.models import Question

if TYPE_CHECKING:
    from mcp.server.fastmcp import FastMCP

Record = dict[str, Any]
T = TypeVar("T")
MOST_RESULTS = 50
LONGEST_ANSWER = 200_000  # characters
INSTRUCTIONS = (
    "Practise machine-learning interviews: find questions, fetch the one that is due, have an answer judged by "
    "its key points. Never show a model answer before the person has answered."
)


class Tools:
    """What the server offers; plain methods, so that they can be tested without a protocol."""

    def __init__(self, coach: Coach) -> None:
        self._coach = coach

    def search_questions(self, query: str, limit: int = 5) -> list[Record]:
        """Find interview questions by words and meaning."""
        hits = self._coach.search(query, min(max(1, limit), MOST_RESULTS))
        return [
            {"id": hit.question_id, "question": self._coach.question(hit.question_id).text, "passage": hit.passage}
            for hit in hits
        ]

    def next_due_question(self) -> Record:
        """The question to ask now, without its answer; an empty object when nothing is due today."""
        question = self._coach.next_question()
        return _asked(question) if question else {}

    def score_answer(self, question_id: str, answer: str) -> Record:
        """Judge an answer to a question of the bank: score 0 to 5, and a verdict with quote for each key point."""
        if len(answer) > LONGEST_ANSWER:
            raise CoachError(f"The answer has more than {LONGEST_ANSWER} characters.")
        return judgement_record(self._coach.judge(self._coach.question(question_id), answer))

    def record_grade(self, question_id: str, grade: int) -> Record:
        """Schedule a question by a grade from 0 (blank) to 5 (perfect), once the person agrees with it."""
        if grade not in range(6):
            raise CoachError(f"A grade is 0 to 5, not {grade}.")
        card = self._coach.record(question_id, grade)
        return {"due": card.due.isoformat() if card.due else None, "interval_days": card.interval_days}


def _asked(question: Question) -> Record:
    return {"id": question.id, "question": question.text, "topic": question.topic, "level": question.level}


def server(coach: Coach) -> "FastMCP":
    """The server with its four tools. Raises CoachError when the package `mcp` is missing."""
    try:
        from mcp.server.fastmcp import FastMCP
        from mcp.server.fastmcp.exceptions import ToolError
    except ImportError as error:
        raise CoachError("The MCP server needs the package mcp.", install("mcp")) from error
    from functools import wraps

    def told(method: Callable[..., T]) -> Callable[..., T]:
        @wraps(method)
        def call(*arguments: Any, **named: Any) -> T:
            try:
                return method(*arguments, **named)
            except CoachError as error:
                raise ToolError(str(error)) from error

        return call

    made = FastMCP("interview-coach", instructions=INSTRUCTIONS, log_level="ERROR")
    tools = Tools(coach)
    for method in (tools.search_questions, tools.next_due_question, tools.score_answer, tools.record_grade):
        made.add_tool(told(method))
    return made


def serve(config: Config) -> None:
    """Answer requests on standard input until it ends. Raises CoachError."""
    with Coach(config.paths.home) as coach:
        server(coach).run("stdio")
