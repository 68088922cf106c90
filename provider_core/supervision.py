"""Running a plugin's code so that it can be given up: its own thread, a limit, a way to stop.

Python cannot end a thread.  A call that is given up goes on as a daemon thread with its token
cancelled, until it next checks; its answer is thrown away.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from .cancel import CancelToken
from .errors import TimedOut
from .workers import in_background

__all__ = ["Signs", "supervise"]

_T = TypeVar("_T")
_POLL = 0.05


class Signs:
    """When work last showed a sign of life; thread-safe, since a float is stored at once."""

    def __init__(self) -> None:
        self.last = time.monotonic()

    def show(self) -> None:
        """Note that something moved just now."""
        self.last = time.monotonic()


class _Outcome(Generic[_T]):
    def __init__(self, call: Callable[[], _T]) -> None:
        self._call = call
        self._done = threading.Event()
        self._value: list[_T] = []
        self._error: BaseException | None = None

    def run(self) -> None:
        try:
            self._value.append(self._call())
        except BaseException as error:
            self._error = error
        finally:
            self._done.set()

    def wait(self, seconds: float) -> bool:
        return self._done.wait(seconds)

    def result(self) -> _T:
        if self._error is not None:
            raise self._error
        return self._value[0]


def supervise(
    call: Callable[[], _T],
    *,
    what: str,
    limit: float,
    cancel: CancelToken,
    signs: Signs | None = None,
) -> _T:
    """Return what *call* returns, or raise what it raises.

    Without *signs* the whole call has *limit* seconds; with them, *limit* seconds may pass
    between two signs of life.  *cancel* is the call's own token: it is cancelled when the limit
    has passed.  Raises TimedOut then, and what the token holds when somebody else cancels it.
    """
    outcome = _Outcome(call)
    started = time.monotonic()
    try:
        in_background(outcome.run, name=what)
        while not outcome.wait(_POLL):
            since = signs.last if signs is not None else started
            if time.monotonic() - max(since, started) > limit:
                raise TimedOut(what, limit)
            if cancel.is_cancelled:
                outcome.wait(1.0)  # a moment to put its partial content in order
                cancel.check()
    except TimedOut as late:
        cancel.cancel(late)
        raise
    except KeyboardInterrupt:
        cancel.cancel()
        raise
    return _settled(outcome)


def _settled(outcome: _Outcome[_T]) -> _T:
    try:
        return outcome.result()
    except Exception:
        raise
    except BaseException as error:  # SystemExit in a plugin must not end the host
        raise RuntimeError(f"{type(error).__name__}: {error}") from error
