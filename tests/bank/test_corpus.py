"""The shipped bank: what it promises about its size, its parts, its code and its own words."""

import contextlib
import io
import re
import warnings
from pathlib import Path

import pytest

from coach.bank.check import check
from coach.bank.shipped import shipped_files, shipped_folder, shipped_questions, topic_order
from coach.models import KINDS, Question
from tests.bank.runs import hashed, load, runs

QUESTIONS = shipped_questions()
FENCE = re.compile(r"^( *)(`{3,}|~{3,})([^\n]*)\n(.*?)^\1\2\s*$", re.M | re.S)


def test_coach_check_finds_no_fault() -> None:
    sound, faults = check(shipped_folder())
    assert faults == []
    assert sound == len(QUESTIONS)


def test_the_bank_is_broad_enough() -> None:
    assert len(QUESTIONS) >= 220
    assert len({question.topic for question in QUESTIONS}) >= 20
    assert {question.kind for question in QUESTIONS} == set(KINDS)
    assert {question.level for question in QUESTIONS} == {1, 2, 3, 4, 5}
    assert len({question.text for question in QUESTIONS}) == len(QUESTIONS)


def test_every_topic_has_its_place_in_the_order() -> None:
    assert sorted(topic_order()) == sorted({question.topic for question in QUESTIONS})


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.id)
def test_a_question_is_complete(question: Question) -> None:
    prose = FENCE.sub("", question.answer)
    assert len(prose.split()) <= 290
    assert len(question.answer.split()) >= 60
    assert 4 <= len(question.key_points) <= 8
    assert any(point.weight == 3 for point in question.key_points)
    for point in question.key_points:
        assert point.probe, point.text
        assert point.probe.endswith("?"), point.probe
        assert not point.derived
    assert len(question.follow_ups) >= 2
    assert question.mistakes


CODE = [question for question in QUESTIONS if question.kind == "coding" and "```python" in question.answer]


@pytest.mark.parametrize("question", CODE, ids=lambda question: question.id)
def test_reference_code_runs(question: Question, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = [body for _, _, info, body in FENCE.findall(question.answer) if info.strip() == "python"]
    assert blocks
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {"__name__": "reference"}
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for block in blocks:
            exec(compile(block, f"<{question.id}>", "exec"), namespace)


def prose(text: str) -> str:
    """A file without its code and names from code."""
    return re.sub(r"`[^`\n]+`", " ", FENCE.sub(" ", text))


@pytest.mark.parametrize("path", shipped_files(), ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_sentence_is_copied(path: Path) -> None:
    foreign = load(Path(__file__).with_name("foreign_runs.bin"))
    copied = [" ".join(run) for run in runs(prose(path.read_text("utf-8"))) if hashed(run) in foreign]
    assert copied == []


def test_the_guard_against_copies_can_alarm(tmp_path: Path) -> None:
    assert len(load(Path(__file__).with_name("foreign_runs.bin"))) > 20_000
    sentence = "Nobody but the baker of this town has ever written down these words."
    (tmp_path / "runs").write_bytes(b"".join(sorted(hashed(run) for run in runs(sentence))))
    foreign = load(tmp_path / "runs")
    assert [run for run in runs(f"He said: {sentence.upper()}") if hashed(run) in foreign]
    assert not [run for run in runs("The baker of this town has written other words.") if hashed(run) in foreign]
