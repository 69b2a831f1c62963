"""A year of practice at a glance."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from textual.content import Content
from textual.widgets import Static

HEAT = " ░▒▓█"
WEEKDAY_NAMES = ("Mon", "", "Wed", "", "Fri", "", "Sun")


class HeatMap(Static):
    """A year of practice: a column a week, a row a weekday; the sign, not only the colour, tells how much."""

    DEFAULT_CSS = "HeatMap { height: 8; }"

    def __init__(self, days: Mapping[str, int], today: date) -> None:
        """days: answers by ISO day."""
        super().__init__(markup=False)
        self._days = days
        self._today = today

    def show(self, days: Mapping[str, int], today: date) -> None:
        """Draw other days."""
        self._days, self._today = days, today
        self.refresh()

    def render(self) -> Content:
        """As many weeks as fit, the newest on the right."""
        weeks = max(1, min(53, (self.size.width - 4)))
        monday = self._today - timedelta(self._today.weekday())
        mondays = [monday - timedelta(7 * back) for back in range(weeks - 1, -1, -1)]
        lines = [Content("    " + _month_line(mondays))]
        top = max(self._days.values(), default=1)
        for weekday, name in enumerate(WEEKDAY_NAMES):
            cells = [self._cell(first + timedelta(weekday), top) for first in mondays]
            lines.append(Content.assemble((f"{name:<4}", "$text-muted"), *cells))
        return Content("\n").join(lines)

    def _cell(self, day: date, top: int) -> tuple[str, str]:
        count = self._days.get(day.isoformat(), 0)
        if day > self._today:
            return " ", ""
        if not count:
            return "·", "$text-muted"
        step = 1 + min(3, 4 * count // (top + 1))
        return HEAT[step], "$success"


def _month_line(mondays: Sequence[date]) -> str:
    """Names of months above the weeks in which they begin, as far as they fit."""
    line = [" "] * len(mondays)
    last = mondays[0].month
    for column, monday in enumerate(mondays):
        if monday.month != last and column + 3 <= len(mondays):
            line[column : column + 3] = f"{monday:%b}"
        last = monday.month
    return "".join(line)
