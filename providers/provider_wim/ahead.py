"""Making things ready on a thread of their own while others are used: both cores work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, Queue
from threading import Event, Thread
from typing import Generic, TypeVar

__all__ = ["ahead"]

T = TypeVar("T")


@contextmanager
def ahead(items: Iterator[T], depth: int) -> Iterator[Iterator[T]]:
    """Take *items* on a thread, at most *depth* of them ahead of whoever iterates over the result.

    What taking them raises is raised here, in its turn.  When the block is left, the thread has
    ended, whether all were used or not.
    """
    helper = _Helper(items, depth)
    helper.start()
    try:
        yield helper.results()
    finally:
        helper.stop()


class _Helper(Generic[T]):
    """The thread, and the queue between it and its user."""

    def __init__(self, items: Iterator[T], depth: int) -> None:
        self._items = items
        self._queue: Queue[tuple[T] | BaseException | None] = Queue(depth)
        self._stopped = Event()
        self._thread = Thread(target=self._run, name="ahead", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def results(self) -> Iterator[T]:
        while (result := self._queue.get()) is not None:
            if isinstance(result, BaseException):
                raise result
            yield result[0]

    def stop(self) -> None:
        self._stopped.set()
        while self._thread.is_alive():
            try:
                self._queue.get(timeout=0.05)  # it may wait for room
            except Empty:
                continue
        self._thread.join()

    def _run(self) -> None:
        try:
            for item in self._items:
                self._queue.put((item,))
                if self._stopped.is_set():
                    return
        except BaseException as error:  # handed to the user's thread, and raised there
            self._queue.put(error)
        else:
            self._queue.put(None)
