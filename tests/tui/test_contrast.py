"""Every word can be read: its colour against the one behind it, as WCAG 2 counts, on every screen in every theme."""

from collections.abc import Iterator

import pytest
from rich.color import Color
from rich.segment import Segment
from textual.widgets import Input

from tests.tui.conftest import MakeApp
from tests.tui.waiting import arrived, until
from tui.places import PLACES
from tui.screens.home import HomeScreen

ENOUGH = {"coach-dark": 4.5, "coach-light": 4.5, "coach-contrast": 7.0}
"""Ratios of level AA, and of level AAA for the theme of high contrast."""


def luminance(color: Color) -> float:
    triplet = color.triplet
    assert triplet is not None
    channels = [value / 255 for value in triplet]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def words(strips: list[list[Segment]]) -> Iterator[tuple[float, str]]:
    """(contrast, text) of every piece that holds a letter or a digit."""
    for strip in strips:
        for text, style, _ in strip:
            if style is None or style.color is None or style.bgcolor is None or not any(map(str.isalnum, text)):
                continue
            light, dark = sorted((luminance(style.color), luminance(style.bgcolor)), reverse=True)
            yield (light + 0.05) / (dark + 0.05), text


@pytest.mark.parametrize("theme", ENOUGH)
async def test_every_word_stands_out_from_what_is_behind_it(make_app: MakeApp, theme: str) -> None:
    app = make_app(extra=f'[screen]\ntheme = "{theme}"\n')
    pale = []
    app.parts.schedule.record("forests", 2, app.clock(), topic="trees", seconds=60.0)
    async with app.run_test(size=(160, 60)) as pilot:
        await arrived(pilot, HomeScreen)
        for place in PLACES:
            app.action_go(place.name)
            screen = await arrived(pilot, type(app.screen))
            await until(pilot, lambda: screen.query("FooterKey"))  # noqa: B023
            for box in screen.query(Input):
                box.cursor_blink = False
            drawn = words([list(strip) for strip in screen._compositor.render_strips()])
            pale += [(place.name, round(ratio, 1), text) for ratio, text in drawn if ratio < ENOUGH[theme]]
    assert not pale
