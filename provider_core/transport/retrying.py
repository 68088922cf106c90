"""Which failures may pass, and how long to wait for it."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ..errors import HttpStatus, RateLimited, TimedOut, TransportError
from .settings import TransportSettings
from .waiting import Watch, pause

__all__ = ["Patience", "may_pass", "retry_after"]

_PASSING_STATUS = frozenset({408, 500, 502, 503, 504})
_LONGEST_NUMBER = 12


def may_pass(error: TransportError) -> bool:
    """Whether the same request may succeed a little later."""
    if isinstance(error, HttpStatus):
        return error.fields["status"] in _PASSING_STATUS
    if isinstance(error, RateLimited):
        return not error.is_used_up
    return isinstance(error, TimedOut) or bool(error.fields.get("passing"))


def retry_after(value: str, now: datetime) -> float | None:
    """Return the seconds a Retry-After value (RFC 9110 §10.2.3) asks for, not negative.

    *value* is a number of seconds or an HTTP date; None if it is neither.
    """
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text) if len(text) <= _LONGEST_NUMBER else None
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


class Patience:
    """Counts the attempts of one piece of work, and waits between them.

    Example::

        patience = Patience(settings)
        while True:
            try:
                return attempt()
            except TransportError as error:
                patience.wait_after(error, watch)     # raises the error when it is enough
    """

    def __init__(self, settings: TransportSettings) -> None:
        self._settings = settings
        self._failures = 0

    def progressed(self) -> None:
        """Begin the count anew: the last attempt brought something."""
        self._failures = 0

    def wait_after(self, error: TransportError, watch: Watch) -> None:
        """Sleep before the next attempt.

        Raises *error* if it cannot pass, if there were too many, or if *watch* leaves no time for
        the wait; what the watch's check raises.
        """
        seconds = self._delay(error)
        self._failures += 1
        enough = self._failures > self._settings.retries
        if enough or not may_pass(error) or not watch.can_wait(seconds):
            raise error
        pause(seconds, watch.check)
        watch.renew()

    def _delay(self, error: TransportError) -> float:
        cap = self._settings.retry_after_cap
        asked = error.fields.get("retry_after")
        if isinstance(asked, float):
            return min(asked, cap)
        longest = min(cap, self._settings.backoff * 2.0**self._failures)
        return random.uniform(longest / 2, longest)
