"""Time on the network by our own clock: a limit that progress extends, and waits that can end."""

from __future__ import annotations

import time
from collections.abc import Callable

from ..errors import TimedOut

__all__ = ["Check", "Watch", "nothing_to_check", "pause"]

Check = Callable[[], None]
"""Called often while waiting; raises to stop the work."""

_SLICE = 0.25


class Watch:
    """Ends work that takes too long.

    Without a quota it is a deadline.  With one, every *quota* bytes begin the time anew, so that
    a server which sends a byte now and then does not hold the work for ever.

    Example::

        watch = Watch("https://feed.example/big", 30.0, quota=30 << 10, check=cancel.check)
        while data := receive(timeout=watch.slice()):
            watch.received(len(data))
    """

    def __init__(
        self,
        what: str,
        seconds: float,
        *,
        quota: int | None = None,
        check: Check,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.what = what
        """What is waited for, as errors name it."""
        self.seconds = seconds
        """The limit."""
        self.check = check
        self._quota = quota
        self._clock = clock
        self._since = clock()
        self._count = 0

    def remaining(self) -> float:
        """Return the seconds that are left, more than 0.

        Raises TimedOut when there are none, and what *check* raises.
        """
        self.check()
        left = self._since + self.seconds - self._clock()
        if left <= 0:
            raise TimedOut(self.what, self.seconds)
        return left

    def slice(self) -> float:
        """Return how long to block now: short, so that *check* is asked often; raises likewise."""
        return min(_SLICE, self.remaining())

    def received(self, count: int) -> None:
        """Note that *count* bytes came."""
        if self._quota is None:
            return
        self._count += count
        if self._count >= self._quota:
            self.renew()

    def renew(self) -> None:
        """Begin the time anew; nothing where it is a deadline."""
        if self._quota is not None:
            self._since, self._count = self._clock(), 0

    def forgive(self, seconds: float) -> None:
        """Leave time out that the other side is not to blame for; not where it is a deadline."""
        if self._quota is not None:
            self._since += seconds

    def postpone(self, seconds: float) -> None:
        """Leave time out that was slept on the user's wish, where it is a deadline too."""
        self._since += seconds

    def can_wait(self, seconds: float) -> bool:
        """Whether so many seconds may be slept before the work goes on."""
        left = self._since + self.seconds - self._clock()
        return self._quota is not None or seconds < left


def pause(seconds: float, check: Check) -> None:
    """Sleep; *check* is called at least every quarter of a second."""
    end = time.monotonic() + seconds
    check()
    while (left := end - time.monotonic()) > 0:
        time.sleep(min(_SLICE, left))
        check()


def nothing_to_check() -> None:
    """Let the work go on."""
