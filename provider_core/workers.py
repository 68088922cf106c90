"""Threads that are used again: to start one costs as much as a short question to a provider.

They are daemons, so that work which was given up and never ends does not hold up the process.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context
from queue import Empty, SimpleQueue

__all__ = ["in_background"]

_IDLE_SECONDS = 10.0
"""After which a thread ends that nobody needed."""

Work = Callable[[], None]


def in_background(work: Work, *, name: str) -> None:
    """Run *work*, which raises nothing, on a thread that is called *name* meanwhile.

    It begins in an empty context, as on a new thread.
    """
    try:
        worker = _idle.pop()
    except IndexError:
        worker = _Worker()
    worker.take(work, name)


class _Worker:
    """A thread, and what it is to do next."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[tuple[Work, str]] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def take(self, work: Work, name: str) -> None:
        self._queue.put((work, name))

    def _run(self) -> None:
        while (given := self._next()) is not None:
            work, self._thread.name = given
            Context().run(work)
            del work, given  # what it holds on to is not kept until the next
            _idle.append(self)
            self._thread.name = "idle"  # last: whoever reads it may give work

    def _next(self) -> tuple[Work, str] | None:
        """Wait for work; None if there is none for long, and nobody is about to give some."""
        with suppress(Empty):
            return self._queue.get(timeout=_IDLE_SECONDS)
        try:
            _idle.remove(self)
        except ValueError:  # somebody has just taken it
            return self._queue.get()
        return None


_idle: list[_Worker] = []
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)  # threads stay with the parent
