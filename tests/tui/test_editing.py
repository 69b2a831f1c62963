"""Changing a question: no text that was typed is lost before it is stored or thrown away."""

from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static, TextArea

from coach.models import Question
from tests.tui.conftest import MOMENTUM, EditBy, MakeApp
from tests.tui.practising import answering, conclude
from tests.tui.waiting import appears, arrived, notified, until
from tui.app import CoachApp
from tui.screens.edit import EditScreen
from tui.screens.practice import PracticeScreen
from tui.screens.question import QuestionScreen

PLAIN = "What does momentum change about plain descent?"
REPHRASE = 'sed -i "s/about gradient descent/about plain descent/" "$1"'


def stored(app: CoachApp) -> Question:
    question = app.session.store.questions.get("momentum")
    assert question is not None
    return question


async def editing(pilot: Pilot[None]) -> TextArea:
    box = (await arrived(pilot, EditScreen)).query_one(TextArea)
    await until(pilot, lambda: box.has_focus)
    return box


async def test_a_text_that_does_not_parse_is_mended_in_practice(make_app: MakeApp, edit_by: EditBy) -> None:
    app = make_app("practice", question="momentum")
    async with app.run_test(size=(80, 24)) as pilot:
        await conclude(pilot)
        edit_by(app, f'{REPHRASE}; sed -i "s/^id: momentum/id: moment/" "$1"')
        await pilot.press("e")
        box = await editing(pilot)
        assert PLAIN in box.text
        await until(pilot, lambda: "“id:”" in str(app.screen.query_one("#fault", Static).content))
        await pilot.press("escape")
        await appears(pilot, "Not saved yet")  # what the editor wrote is not thrown away by one key
        box.text = box.text.replace("id: moment\n", "id: momentum\n")
        await pilot.press("ctrl+s")
        await arrived(pilot, PracticeScreen)
        await until(pilot, lambda: stored(app).text == PLAIN)
        edit_by(app, 'sed -i "s/plain descent/steepest descent/" "$1"')
        await pilot.press("e")
        await until(pilot, lambda: stored(app).text.endswith("steepest descent?"))


async def test_an_edit_outlives_the_program_until_it_is_thrown_away(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.models_ready)
        app.push_screen(QuestionScreen("momentum"))
        await arrived(pilot, QuestionScreen)
        await pilot.press("e")
        box = await editing(pilot)
        box.text = changed = box.text.replace(MOMENTUM.text, PLAIN)
        await pilot.press("ctrl+q")
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.models_ready)
        app.push_screen(QuestionScreen("momentum"))
        await arrived(pilot, QuestionScreen)
        await pilot.press("e")
        assert (await editing(pilot)).text == changed
        await appears(pilot, "Not saved yet")
        await pilot.press("escape", "escape")
        await arrived(pilot, QuestionScreen)
        await pilot.press("e")
        assert MOMENTUM.text in (await editing(pilot)).text
        assert stored(app).text == MOMENTUM.text


@pytest.mark.parametrize(
    ("line", "said", "kept"),
    [
        (r'printf "caf\351" > "$1"', "did not save UTF-8 text", b"caf\xe9"),
        ('rm "$1"', "left no text", None),
    ],
    ids=["Latin-1", "removed"],
)
async def test_a_text_that_the_editor_spoilt_is_no_end_of_the_program(
    make_app: MakeApp,
    edit_by: EditBy,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    line: str,
    said: str,
    kept: bytes | None,
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    app = make_app("practice", question="momentum")
    async with app.run_test(size=(80, 24)) as pilot:
        box = await answering(pilot)
        box.put("Momentum keeps a velocity.")
        edit_by(app, line)
        await pilot.press("f9")
        await notified(pilot, said)
        assert box.text == "Momentum keeps a velocity."
        found = [file.read_bytes() for file in folder.rglob("*.md")]
        assert found == ([] if kept is None else [kept])


async def test_after_practising_a_question_its_page_shows_the_answer(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 40)) as pilot:
        await until(pilot, lambda: app.models_ready)
        app.push_screen(QuestionScreen("momentum"))
        page = await arrived(pilot, QuestionScreen)
        await appears(pilot, "Never asked yet.")
        await pilot.press("p")
        await conclude(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is page)
        await appears(pilot, "interval 1 day", "History")
