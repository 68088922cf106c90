"""Asking running work to stop, from another thread or a signal handler."""

from __future__ import annotations

import threading
import time

from .errors import Cancelled, Error

__all__ = ["CancelToken"]

_POLL = 0.05
"""Seconds after which a sleeper looks at its parents, which cannot wake it."""


class CancelToken:
    """A flag that work checks often; once set it stays set.

    A child is cancelled with its parent, but not the other way round.
    """

    def __init__(self, parent: CancelToken | None = None) -> None:
        self._parent = parent
        self._event = threading.Event()
        self._error: Error | None = None

    def cancel(self, error: Error | None = None) -> None:
        """Ask to stop; `check` raises *error* from now on, Cancelled without one."""
        if not self._event.is_set():
            self._error = error or Cancelled()
            self._event.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody asked to stop."""
        return self._event.is_set() or (self._parent is not None and self._parent.is_cancelled)

    def check(self) -> None:
        """Raise what `cancel` was given, if it was called."""
        if self._parent is not None:
            self._parent.check()
        if self._event.is_set() and self._error is not None:
            raise self._error

    def wait(self, seconds: float) -> None:
        """Sleep, and raise as `check` does as soon as somebody asks to stop."""
        end = time.monotonic() + seconds
        while not self.is_cancelled and (left := end - time.monotonic()) > 0:
            self._event.wait(min(left, _POLL))
        self.check()

    def child(self) -> CancelToken:
        """Return a token that ends with this one and can be cancelled alone."""
        return CancelToken(self)
