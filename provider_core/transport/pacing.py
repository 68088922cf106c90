"""A pace for all connections together: so many bytes a second, whoever moves them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from .waiting import Check, pause

__all__ = ["Pace"]

_AHEAD = 0.25
"""Seconds' worth of bytes that may pass at once after a rest."""


class Pace:
    """A token bucket; threads and transports may share it.

    Example::

        pace = Pace(2_000_000)
        while data := receive(pace.piece):
            pace.passed(len(data), check)     # sleeps as long as that was too fast
    """

    def __init__(
        self,
        rate: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float, Check], None] = pause,
    ) -> None:
        """Let *rate* bytes a second pass, more than 0."""
        self._rate = rate
        self._clock = clock
        self._sleep = sleep
        self._free = clock()
        self._lock = threading.Lock()

    @property
    def piece(self) -> int:
        """How many bytes to move at a time, so that the flow is even."""
        return max(1, min(1 << 20, int(self._rate * _AHEAD)))

    def passed(self, count: int, check: Check) -> float:
        """Note that *count* bytes pass, and sleep until they may have; return the seconds slept.

        *check* is called while sleeping and may raise.
        """
        with self._lock:
            now = self._clock()
            self._free = max(self._free, now - _AHEAD) + count / self._rate
            wait = self._free - now
        if wait <= 0:
            return 0.0
        self._sleep(wait, check)
        return wait
