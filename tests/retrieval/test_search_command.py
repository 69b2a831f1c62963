"""`coach search` as other programs see it. By words alone, so that no model is loaded."""

import json

import pytest
import typer
from typer.testing import CliRunner

from tui.commands import search


@pytest.fixture
def run():
    app = typer.Typer()
    search.register(app)
    app.callback()(lambda: None)  # keeps `search` a command of its own name
    return lambda *arguments, **more: CliRunner().invoke(app, ["search", *arguments], **more)


def lines(result) -> list[dict]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_one_query_gives_one_line(run):
    (line,) = lines(run("lasso sparsity", "-k", "3", "--json", "--words"))
    assert line["id"] == "query"
    assert [row["rank"] for row in line["results"]] == [1, 2, 3]
    assert set(line["results"][0]) == {"rank", "question_id", "question", "source", "score", "passage"}
    assert len({row["question_id"] for row in line["results"]}) == 3
    assert all(row["source"].startswith("corpus/") and row["passage"] for row in line["results"])


def test_a_batch_answers_every_line_and_names_the_bad_ones(run, tmp_path):
    file = tmp_path / "queries.jsonl"
    file.write_text(
        '{"id": "a", "query": "momentum"}\nnot json\n{"id": "b"}\n{"id": 7, "query": 3}\n{"id": "c", "query": "zzzz"}\n'
    )
    first, second, third, fourth, last = lines(run("--batch", str(file), "--words", "-k", "1"))
    assert first["results"][0]["question_id"] == "momentum"
    assert "not JSON" in second["error"]
    assert third["id"] == "b"
    assert "query" in third["error"]
    assert "text" in fourth["error"]
    assert last == {"id": "c", "results": []}


def test_filters(run):
    (line,) = lines(run("gradient", "--json", "--words", "--kind", "coding", "--level", "3"))
    assert line["results"]
    (none,) = lines(run("gradient", "--json", "--words", "--collection", "no such"))
    assert none["results"] == []


def test_wrong_usage_is_exit_code_two(run):
    assert run().exit_code == 2
    assert run("x", "--batch", "y").exit_code == 2
    assert run("x", "--kind", "poem").exit_code == 2
    assert run("x", "-k", "0").exit_code == 2


def test_for_people_the_excerpt_shows_the_words(run):
    shown = run("speculative decoding", "-k", "1", "--words").stdout
    assert "speculative" in shown.lower()
    assert run("zzzz", "--words").stdout == "Nothing found.\n"
