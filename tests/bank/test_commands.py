"""The commands of the bank: JSON on standard output and nothing else there, exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from coach.bank.shipped import shipped_questions
from coach.models import Question
from tui.cli import app
from tui.commands.bank import question_row

FAQ = "What is yeast?▾\nA fungus.\nWhy knead dough?▾\nFor gluten.\n"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def rows(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_a_fresh_home_lists_the_shipped_bank() -> None:
    listed = rows(run("questions", "--json"))
    assert [row["id"] for row in listed] == [question.id for question in shipped_questions()]
    assert set(listed[0]) == {
        "id",
        "collection",
        "source",
        "section",
        "number",
        "topic",
        "kind",
        "level",
        "difficulty",
        "question",
        "answer",
        "key_points",
        "follow_ups",
        "code_blocks",
        "duplicate_of",
    }
    assert set(listed[0]["key_points"][0]) == {"text", "weight", "probe", "derived"}


def test_a_row_tells_what_the_document_printed() -> None:
    printed = Question(
        "a", "Why sieve?", "Air.", "t", section="Baking", external_id="B-7", tags=("x", "difficulty 7/10")
    )
    row = question_row(printed)
    assert (row["section"], row["number"], row["level"], row["difficulty"]) == ("Baking", "B-7", 3, "7/10")
    assert (question_row(Question("b", "?", "!", "t"))["number"], question_row(printed)["duplicate_of"]) == (None, None)


def test_a_dry_run_reports_and_writes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "bread.txt").write_text(FAQ)
    (folder / "empty.md").write_text("")
    result = run("ingest", str(folder), "--collection", "bakery", "--dry-run", "--json")
    assert result.exit_code == 0
    assert rows(result)[-1] == {
        "documents": 1,
        "questions": 2,
        "new": 2,
        "changed": 0,
        "unchanged": 0,
        "gone": 0,
        "skipped": [{"path": str(folder / "empty.md"), "line": 0, "reason": "empty"}],
    }
    assert rows(run("questions", "--collection", "bakery", "--json")) == []


def test_a_stopped_import_says_that_nothing_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "faq.txt"
    path.write_text(FAQ, "utf-8")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("coach.ingest._embed", stop)
    result = run("ingest", str(path))
    assert result.exit_code == 130
    assert result.stderr == "Stopped; the question bank is as it was.\n"
    assert not rows(run("questions", "--collection", "faq", "--json"))


def test_an_unknown_path_is_wrong_usage() -> None:
    assert run("ingest", "nowhere.md").exit_code == 2


def test_nothing_imported_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "diary.txt").write_text("Dear diary.\n")
    result = run("ingest", str(tmp_path / "diary.txt"), "--dry-run", "--json")
    assert result.exit_code == 1
    assert rows(result)[-1]["documents"] == 0


def test_check_lists_faults_and_fails(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("# T\n\n## Q?\nkind: code\n\nA.\n")
    result = run("check", str(path))
    assert result.exit_code == 1
    assert f"{path}:4: kind is “code”, expected one of" in result.stdout
