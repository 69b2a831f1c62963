"""Seconds by the chosen clock, and medians of sides that take turns."""

import statistics
import time
from collections.abc import Callable
from typing import Any

CLOCKS: dict[str, Callable[[], float]] = {"wall": time.perf_counter, "processor": time.process_time}
Raw = dict[str, Any]
"""What a section measured, by name."""
_clock = CLOCKS["wall"]


def choose_clock(name: str) -> None:
    """Measure with one of `CLOCKS` from now on."""
    global _clock
    _clock = CLOCKS[name]


def now() -> float:
    """Seconds on the chosen clock, from an arbitrary beginning."""
    return _clock()


def timed(work: Callable[[], object]) -> float:
    """Seconds of one call."""
    started = now()
    work()
    return now() - started


def medians(repeat: int, **sides: Callable[[], float]) -> dict[str, float]:
    """Median of what each side returns, the sides taking turns; the first round warms up and is not counted."""
    seconds: dict[str, list[float]] = {name: [] for name in sides}
    for round_ in range(repeat + 1):
        for name, side in sides.items():
            seconds[name] += [side()] if round_ else [side()][:0]
    return {name: statistics.median(values) for name, values in seconds.items()}
