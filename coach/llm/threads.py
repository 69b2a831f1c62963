"""How many threads to compute with while other programs come and go."""

import math
import os


class ThreadTuner:
    """All cores on a quiet machine, one thread while others keep them busy.

    The threads of a model meet some nine hundred times a token, and each time all wait for the one that is not
    running. Whether they get their cores shows in the processor time they receive, as a share of the time that passes.
    """

    BUSY = 0.6  # share of the wanted processor time below which the cores count as taken
    MEMORY = 0.05  # seconds of computing over which that share is averaged
    PATIENCE = 2.0, 32.0  # seconds until all cores are tried again: at first, and at most

    def __init__(self, threads: int) -> None:
        self._all = threads
        self._share = 1.0
        self._wait, self._longest_wait = self.PATIENCE
        self._alone_until = 0.0
        self.current = 1 if _load() > 1.5 * threads else threads

    def record(self, wall_seconds: float, processor_seconds: float, now: float) -> None:
        """Take note of one evaluation and decide on `current` for the next.  now: seconds on any steady clock."""
        if self.current < self._all:
            if not self._alone_until:
                self._alone_until = now + self._wait
            if now >= self._alone_until and _load() <= self._all + 0.5:
                self.current, self._share = self._all, 1.0
            return
        share = processor_seconds / max(wall_seconds, 1e-6) / self._all
        weight = 1 - math.exp(-wall_seconds / self.MEMORY)
        self._share += weight * (min(share, 1.0) - self._share)
        if self._all > 1 and self._share < self.BUSY:
            self.current = 1
            self._alone_until = now + self._wait
            self._wait = min(2 * self._wait, self._longest_wait)
        elif self._share > 0.9:
            self._wait = max(self.PATIENCE[0], self._wait / 2)


def _load() -> float:
    """Processes that wanted to run over the last minute; 0 where the system does not say."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
