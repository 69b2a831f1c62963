"""Pictures of the screens; look at the difference before accepting one (`pytest tests/tui --snapshot-update`)."""

from collections.abc import Callable
from typing import Any

import pytest
from textual.pilot import Pilot

from tests.tui.test_practice import answer, conclude
from tests.tui.waiting import seen, until
from tui.app import CoachApp

pytestmark = pytest.mark.pictures

MakeApp = Callable[..., CoachApp]
NARROW, WIDE = (80, 24), (160, 50)


def test_home(make_app: MakeApp, snap_compare: Any) -> None:
    """The recommended action in a box with its reason, due and weak below, the heat map, keys in the footer."""

    async def ready(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "Streak" in seen(pilot))

    assert snap_compare(make_app(), terminal_size=NARROW, run_before=ready)


def test_practice_follow_up(make_app: MakeApp, snap_compare: Any) -> None:
    """The true quote underlined, the false one reversed, the coach's follow-up below, signs with their numbers."""

    async def asked(pilot: Pilot[None]) -> None:
        await answer(pilot, "points 0 and !2")
        pilot.app.screen.query_one("#answer").cursor_blink = False  # type: ignore[attr-defined]

    assert snap_compare(make_app("practice", question="momentum"), terminal_size=NARROW, run_before=asked)


def test_practice_concluded_wide(make_app: MakeApp, snap_compare: Any) -> None:
    """Each point beside the candidate's words, one next step, the model answer open, the grade with its day."""

    async def concluded(pilot: Pilot[None]) -> None:
        await conclude(pilot, "points 0 and !2")
        await pilot.press("m")

    assert snap_compare(make_app("practice", question="momentum"), terminal_size=WIDE, run_before=concluded)
