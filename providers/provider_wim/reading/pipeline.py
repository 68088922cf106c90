"""Reading blobs ahead of whoever uses them, on several threads."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Final

from ..tree import Blob, Piece
from .spans import SPAN, Span

__all__ = ["Pipeline", "ReadSpan", "SpansOf"]

SpansOf = Callable[[Blob], Iterator[Span]]
"""Cuts a blob into spans; may raise on the way."""
ReadSpan = Callable[[Span], Piece]
"""Returns the bytes of a span; called on any thread."""

_AHEAD: Final = 4 << 20
"""Bytes that are read ahead, after decompression."""
_MOST_SPANS: Final = 64
"""Spans that make one task: small files are many, and each task has its price."""


@dataclass(slots=True)
class _Entry:
    """A span that is being read."""

    span: Span
    task: Future[list[Piece]]
    place: int
    """Of its piece among the task's pieces."""


class Pipeline:
    """The pieces of *blobs*, in order; of one consumer."""

    def __init__(
        self, blobs: Iterable[Blob], spans: SpansOf, read: ReadSpan, workers: Executor
    ) -> None:
        self._spans = _all_spans(blobs, spans)
        self._read = read
        self._workers = workers
        self._queue: deque[_Entry] = deque()
        self._ahead = 0
        self._failure: BaseException | None = None

    def next_blob(self) -> Blob | None:
        """Return the blob that the next piece belongs to; None at the end.

        Raises what finding the next blob raised, once the pieces before it are used up.
        """
        self._fill()
        if self._queue:
            return self._queue[0].span.blob
        if self._failure is not None:
            raise self._failure
        return None

    def next_piece(self) -> Piece:
        """Return the next piece; `next_blob` was asked before.  Raises what reading raised."""
        entry = self._queue.popleft()
        self._ahead -= entry.span.size
        pieces = entry.task.result()
        piece = pieces[entry.place]
        pieces[entry.place] = b""  # the others of the task are kept by their own entries
        return piece

    def _fill(self) -> None:
        while self._ahead < _AHEAD and self._failure is None:
            batch = self._batch()
            if not batch:
                return
            task = self._workers.submit(_read_all, self._read, batch)
            for place, span in enumerate(batch):
                self._queue.append(_Entry(span, task, place))
                self._ahead += span.size

    def _batch(self) -> Sequence[Span]:
        batch: list[Span] = []
        size = 0
        try:
            for span in self._spans:
                batch.append(span)
                size += span.size
                if size >= SPAN or len(batch) == _MOST_SPANS:
                    break
        except Exception as error:  # raised again in its turn
            self._failure = error
        return batch


def _all_spans(blobs: Iterable[Blob], spans: SpansOf) -> Iterator[Span]:
    for blob in blobs:
        yield from spans(blob)


def _read_all(read: ReadSpan, spans: Sequence[Span]) -> list[Piece]:
    return [read(span) for span in spans]
