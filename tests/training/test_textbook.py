"""Model answers with labelled edits: every shipped edit fits its text, and labels follow the edits."""

import random
from pathlib import Path

import pytest

from coach.bank.shipped import shipped_questions
from training import textbook
from training.graded import GradedAnswer, LabelledPoint, read_own

DATA = Path(__file__).parents[2] / "training" / "data"
PLAIN = GradedAnswer(
    source="bank", question_id="momentum", question="What does momentum do?", reference="", level=textbook.PLAIN,
    text="It averages past gradients. It damps oscillations.", score=5.0,
    points=(
        LabelledPoint("It averages past gradients.", (1, 0, 0, 0), 1.0, 3),
        LabelledPoint("It damps oscillations.", (1, 0, 0, 0), 1.0, 2),
    ),
)  # fmt: skip
RECORD = {
    "covered": [1, 1],
    "wrong": [{"changes": [["averages past gradients", "averages future gradients"]], "verdicts": {"0": -1}}],
    "omit": [{"changes": [[" It damps oscillations.", ""]], "verdicts": {"1": 0}}],
    "reword": [{"changes": [["past gradients", "earlier gradients"]]}],
}


def test_every_shipped_edit_fits_its_model_answer() -> None:
    graded = [answer for path in sorted(DATA.glob("graded_*.jsonl")) for answer in read_own(path)]
    known = textbook.from_graded(graded) | textbook.from_bank(shipped_questions())
    files = sorted(DATA.glob("edits_*.jsonl"))
    edited = [found for found in textbook.load(files, known) if found.wrong]
    assert len(edited) == sum(len(path.read_text("utf-8").splitlines()) for path in files)
    for model_answer in edited:
        for edit in model_answer.wrong:
            changed = model_answer.edited([edit])
            assert changed.text != model_answer.plain.text
            assert min(point.value for point in changed.points) == -1, model_answer.plain.question_id


def test_labels_and_mark_follow_the_edits() -> None:
    model_answer = textbook.with_edits(PLAIN, RECORD | {"id": "momentum"})
    wrong = model_answer.edited([*model_answer.wrong, *model_answer.omit])
    assert wrong.text == "It averages future gradients."
    assert [point.value for point in wrong.points] == [-1.0, 0.0]
    assert wrong.score == 0.0
    reworded = model_answer.edited(model_answer.reword)
    assert reworded.text.startswith("It averages earlier gradients")
    assert [point.value for point in reworded.points] == [1.0, 1.0]


def test_an_edit_whose_place_is_gone_is_passed_over() -> None:
    model_answer = textbook.with_edits(PLAIN, RECORD | {"id": "momentum"})
    changed = model_answer.edited([*model_answer.reword, *model_answer.wrong])
    assert changed == model_answer.edited(model_answer.reword)


def test_an_edit_that_does_not_fit_is_refused() -> None:
    unfit = RECORD | {"id": "momentum", "omit": [{"changes": [["no such words", ""]], "verdicts": {"1": 0}}]}
    with pytest.raises(ValueError, match="momentum: an edit does not fit"):
        textbook.with_edits(PLAIN, unfit)
    with pytest.raises(ValueError, match="does not fit"):
        textbook.with_edits(PLAIN, RECORD | {"id": "momentum", "omit": [{"changes": [], "verdicts": {"2": 0}}]})


def test_variants_keep_one_verdict_a_point() -> None:
    model_answer = textbook.with_edits(PLAIN, RECORD | {"id": "momentum"})
    rng = random.Random(3)
    seen = {textbook.variant(model_answer, rng).text for _ in range(60)}
    assert PLAIN.text in seen
    assert "It averages future gradients." in seen
