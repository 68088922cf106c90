"""How fast bytes come over one connection."""

from __future__ import annotations

import time

__all__ = ["Meter"]

_TRIAL = 1.0
"""Seconds before a connection is called slow; longer than a busy machine may pause."""


class Meter:
    """Counts bytes and the time that the other side took for them, not ours."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._count = 0
        self._seconds = 0.0

    def came(self, count: int) -> None:
        """Note that *count* bytes have just come."""
        self._count += count
        self._seconds = time.monotonic() - self._since

    def leave_out(self, seconds: float) -> None:
        """Do not count *seconds* that we have just spent on what came."""
        self._since += seconds

    @property
    def speed(self) -> float:
        """Bytes a second."""
        return self._count / max(self._seconds, 1e-9)

    def is_below(self, least: float) -> bool:
        """Whether they came with fewer than *least* bytes a second for long enough to say so."""
        return self._seconds > _TRIAL and self.speed < least
