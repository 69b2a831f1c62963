from pathlib import Path

import pytest

from coach.drafts import Drafts
from coach.errors import StorageError
from coach.storage.attempts import Attempts
from tests.tui.conftest import EditBy, MakeApp
from tests.tui.practising import answer, answering, box, conclude, line, screen
from tests.tui.waiting import appears, arrived, seen, until
from tui.screens.fault import FaultScreen
from tui.widgets.talk import Said

WIDE = "漢字 🙂 שלום עולם 1"


async def test_an_answer_is_followed_up_judged_and_scheduled(make_app: MakeApp) -> None:
    app = make_app("practice", question="momentum")
    async with app.run_test(size=(80, 24)) as pilot:
        await answer(pilot, "points 0 and 2")
        await appears(pilot, "What happens across a narrow valley?", "1 open")
        await answer(pilot, "0 they cancel")  # a follow-up is judged as point 0 of its own
        await answer(pilot, "Nesterov looks ahead")
        await appears(pilot, "asked again on", "(after a follow-up)")
        (review,) = app.session.store.reviews.events()
        assert review.grade == screen(pilot).settled.grade  # type: ignore[union-attr]


async def test_quotes_are_marked_in_the_answer_also_behind_wide_characters(make_app: MakeApp) -> None:
    async with make_app("practice", question="momentum").run_test() as pilot:
        await answer(pilot, WIDE)
        mine = next(said for said in screen(pilot).query(Said) if said.who == "candidate")
        marked = [(span.start, span.end) for span in mine.render().spans]  # type: ignore[union-attr]
        assert marked == [(WIDE.index("1"), WIDE.index("1") + 1)]


async def test_a_key_overrules_undo_takes_back_and_redo_restores(make_app: MakeApp) -> None:
    async with make_app("practice", question="momentum").run_test() as pilot:
        await conclude(pilot)
        await pilot.press("2")
        await until(pilot, lambda: "grade 2" in line(pilot))
        await pilot.press("ctrl+z")
        await until(pilot, lambda: "grade 5" in line(pilot))
        await pilot.press("ctrl+z")
        await until(pilot, lambda: "How well did you know it?" in line(pilot))
        await pilot.press("ctrl+y")
        await until(pilot, lambda: "grade 5" in line(pilot))


async def test_a_failing_judge_leaves_the_answer_ungraded_and_can_be_retried(make_app: MakeApp) -> None:
    app = make_app("practice", question="momentum")
    async with app.run_test() as pilot:
        await answer(pilot, "please fail")
        await appears(pilot, "Not graded, nothing is scheduled")
        assert not list(app.session.store.reviews.events())
        await pilot.press("f7")
        await until(pilot, lambda: seen(pilot).count("The judge is away.") == 2 and not screen(pilot).busy)
        await pilot.press("3")
        await appears(pilot, "Grade 3")


async def test_an_unsure_grade_waits_for_the_person(make_app: MakeApp) -> None:
    app = make_app("practice", question="momentum", extra="max_follow_ups = 0\n")
    async with app.run_test() as pilot:
        await conclude(pilot, "unsure 0 1 2")
        await appears(pilot, "is not sure")
        assert not list(app.session.store.reviews.events())
        await pilot.press("n")
        await appears(pilot, "asked again on")


async def test_unsent_text_survives_and_is_there_again(make_app: MakeApp) -> None:
    async with make_app("practice", question="momentum").run_test() as pilot:
        await answering(pilot)
        await pilot.press("h", "a", "l", "f", "ctrl+j", "x")
        await until(pilot, lambda: Drafts(pilot.app.config.paths).get("momentum") == "half\nx")  # type: ignore[attr-defined]
    async with make_app("practice").run_test() as pilot:  # as after a closed terminal
        again = await answering(pilot)
        await until(pilot, lambda: again.text == "half\nx")


async def test_an_answer_that_cannot_be_stored_goes_to_a_file_and_back_into_the_box(
    make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app("practice", question="momentum")

    def full(*_: object) -> None:
        raise StorageError("Cannot save: the disk is full.", "Free some disk space and try again.")

    async with app.run_test() as pilot:
        with monkeypatch.context() as broken:
            broken.setattr(Attempts, "add_turn", full)
            (await answering(pilot)).put("points 0")
            await pilot.press("enter")
            await arrived(pilot, FaultScreen)
        await appears(pilot, "Free some disk space")
        (rescued,) = Path(app.config.paths.rescued).glob("answer-*.txt")
        assert "points 0" in rescued.read_text("utf-8")
        await pilot.press("r")
        await appears(pilot, "1 covered")


async def test_sent_answers_come_back_with_the_up_key(make_app: MakeApp) -> None:
    async with make_app("practice", question="momentum").run_test() as pilot:
        await answer(pilot, "points 0")
        await pilot.press("up")
        await until(pilot, lambda: box(pilot).text == "points 0")
        await pilot.press("down")
        await until(pilot, lambda: box(pilot).text == "")


async def test_the_own_editor_writes_the_answer(make_app: MakeApp, edit_by: EditBy) -> None:
    app = make_app("practice", question="momentum")
    async with app.run_test() as pilot:
        await answering(pilot)
        edit_by(app, 'printf "from the editor" > "$1"')
        await pilot.press("f9")
        await until(pilot, lambda: box(pilot).text == "from the editor")


async def test_ten_thousand_characters_and_control_codes_are_shown_and_judged(make_app: MakeApp) -> None:
    app = make_app("practice", question="momentum")
    async with app.run_test(size=(80, 24)) as pilot:
        await answer(pilot, "\x1b[J" + "word " * 2000 + "0")
        await appears(pilot, "1 covered")
        assert "\x1b" not in seen(pilot)
        assert app.session.store.attempts.of_question("momentum")[0].turns[0].text.startswith("\x1b[J")


async def test_not_knowing_a_hint_and_enough_are_keys(make_app: MakeApp) -> None:
    async with make_app("practice", question="momentum").run_test() as pilot:
        await answering(pilot)
        await pilot.press("f5")
        await until(pilot, lambda: "3 open" in seen(pilot) and not screen(pilot).busy)
        await pilot.press("f4")
        await appears(pilot, "Hint:")
        await pilot.press("f8")
        await appears(pilot, "asked again on")
