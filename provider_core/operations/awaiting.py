"""Waiting in the main thread, so that an interrupt is met within a moment."""

from __future__ import annotations

from concurrent.futures import Future, wait
from typing import TypeVar

__all__ = ["awaited"]

_T = TypeVar("_T")
_STEP = 0.25
"""Seconds of waiting at once."""


def awaited(future: Future[_T]) -> Future[_T]:
    """Return *future* when it is done.

    In short steps: a signal that comes just before a wait is met by Python at its end.
    """
    while not future.done():
        wait([future], timeout=_STEP)
    return future
