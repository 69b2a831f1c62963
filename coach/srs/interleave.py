"""Order within a day: at most two questions of a topic in a row, as far as the mix allows."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

RUN = 2  # longest run of one topic
T = TypeVar("T")


def interleaved(items: Sequence[T], topic: Callable[[T], str], before: Sequence[str] = ()) -> list[T]:
    """The items in nearly the order given, with runs of a topic broken up.

    before: topics asked just before, latest last.  A longer run remains only where no order could avoid it.
    """
    left = list(items)
    counts = Counter(topic(item) for item in left)
    asked = list(before)
    ordered: list[T] = []
    while left:
        index = _next(left, topic, counts, asked)
        item = left.pop(index)
        counts[topic(item)] -= 1
        asked.append(topic(item))
        ordered.append(item)
    return ordered


def _next(left: Sequence[T], topic: Callable[[T], str], counts: Counter[str], asked: Sequence[str]) -> int:
    blocked = asked[-1] if len(asked) >= RUN and len(set(asked[-RUN:])) == 1 else None
    common, most = max(counts.items(), key=lambda pair: pair[1])
    # the most common topic must be asked now if the others would not suffice to part it afterwards
    others = len(left) - most
    run = _run_of(asked, common)
    urgent = common != blocked and most + run > RUN * others
    for index, item in enumerate(left):
        if topic(item) != blocked and (not urgent or topic(item) == common):
            return index
    return 0


def _run_of(asked: Sequence[str], topic: str) -> int:
    run = 0
    while run < RUN and run < len(asked) and asked[-1 - run] == topic:
        run += 1
    return run
