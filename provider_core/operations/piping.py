"""From who writes to who reads: one thread pours, the other drinks, and little lies between."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from queue import Queue

from ..context import Outlet
from ..errors import Cancelled

__all__ = ["piped"]

_PIECES = 4
"""How many pieces, of 1 MiB at most, may wait for the reader."""


def piped(
    produce: Callable[[Outlet], object], consume: Callable[[Iterator[bytes]], object]
) -> None:
    """Let *consume* read what *produce* writes, at the same time.

    What *produce* raises comes out of the pieces, so that the reader never takes a part for the
    whole, and then out of here, whatever the reader made of it.  When *consume* leaves before
    the end, *produce* is told with Cancelled at its next write.
    """
    pipe = _Pipe()

    def run() -> None:
        try:
            produce(pipe.write)
        except BaseException as error:
            pipe.end(error)
        else:
            pipe.end(None)

    thread = threading.Thread(target=run, name="ferry-pipe", daemon=True)
    thread.start()
    try:
        consume(pipe.pieces())
    finally:
        pipe.leave()
        thread.join()
        if pipe.error is not None and not isinstance(pipe.error, _Left):
            raise pipe.error


class _Left(Cancelled):
    """The reader does not want the rest."""


class _Pipe:
    def __init__(self) -> None:
        self._queue: Queue[bytes | None] = Queue(_PIECES)
        self._left = threading.Event()
        self.error: BaseException | None = None

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self._left.is_set():
            raise _Left
        self._queue.put(bytes(data))

    def end(self, error: BaseException | None) -> None:
        self.error = error
        self._queue.put(None)

    def pieces(self) -> Iterator[bytes]:
        while (piece := self._queue.get()) is not None:
            yield piece
        if self.error is not None:
            raise self.error

    def leave(self) -> None:
        """Make room for a writer that waits for it, so that it goes on and is told."""
        self._left.set()
        while not self._queue.empty():
            self._queue.get_nowait()
