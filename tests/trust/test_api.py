"""The Python interface and the MCP server, with the real models."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from coach import Coach
from coach.errors import CoachError
from coach.mcp_server import Tools

ROOT = Path(__file__).parents[2]
NOTES = """## Why does dropout help?

During training each unit is switched off at random. Units can therefore not rely on one another, which acts like
averaging many thin networks. At test time every unit is used and the activations are scaled.
"""


@pytest.fixture(scope="module")
def coach(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coach]:
    with Coach(tmp_path_factory.mktemp("api") / "home") as opened:
        yield opened


def test_the_documented_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "docs" / "how-to" / "python.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.S)
    monkeypatch.chdir(tmp_path)
    Path("notes.md").write_text(NOTES, "utf-8")
    exec(compile(code, "docs/how-to/python.md", "exec"), {})
    printed = capsys.readouterr().out
    assert printed.startswith("1 new questions")
    assert re.search(r"^(covered|partial) \d\.\d+ .*(switched off|random)", printed, re.M)
    assert re.search(r"^score \d\.\d, grade [0-5], due 20\d\d-", printed, re.M)


def test_only_recording_schedules(coach: Coach) -> None:
    question = coach.questions()[0]
    coach.judge(question, "I have no idea.")
    assert coach.parts.schedule.answers(question.id) == []
    assert coach.record(question.id, 4).question_id == question.id
    assert len(coach.parts.schedule.answers(question.id)) == 1


def test_unknown_questions_and_grades_are_refused(coach: Coach) -> None:
    with pytest.raises(CoachError, match="no question “nothing”"):
        coach.record("nothing", 3)
    with pytest.raises(ValueError, match="grade"):
        coach.record(coach.questions()[0].id, 6)


def test_importing_the_package_costs_nothing() -> None:
    code = "import sys, coach; print([m for m in ('numpy', 'torch', 'sqlite_utils') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout.strip() == "[]"


def test_tools_judge_without_telling_the_answer_first(coach: Coach) -> None:
    tools = Tools(coach)
    asked = tools.next_due_question()
    question = coach.question(asked["id"])
    assert question.answer[:40] not in json.dumps(asked)
    judged = tools.score_answer(asked["id"], question.answer)
    assert judged["grade"] >= 3
    assert [point["text"] for point in judged["points"]] == [point.text for point in question.key_points]
    with pytest.raises(CoachError, match="0 to 5"):
        tools.record_grade(asked["id"], 7)


async def test_an_assistant_talks_to_the_server_over_its_pipes(home: Path) -> None:
    from mcp import ClientSession, StdioServerParameters
    from mcp.client.stdio import stdio_client

    environment = {**os.environ, "COACH_HOME": str(home)}
    program = StdioServerParameters(
        command=sys.executable, args=["-m", "tui.cli", "mcp"], env=environment, cwd=str(ROOT)
    )
    async with stdio_client(program) as pipes, ClientSession(*pipes) as session:
        await session.initialize()
        names = {tool.name for tool in (await session.list_tools()).tools}
        assert names == {"search_questions", "next_due_question", "score_answer", "record_grade"}
        due = json.loads((await session.call_tool("next_due_question", {})).content[0].text)  # type: ignore[union-attr]
        told = await session.call_tool("record_grade", {"question_id": due["id"], "grade": 5})
        assert '"due"' in told.content[0].text  # type: ignore[union-attr]
        refused = await session.call_tool("record_grade", {"question_id": "../../etc/passwd", "grade": 5})
        assert refused.isError
        assert "There is no question" in refused.content[0].text  # type: ignore[union-attr]
