"""What a request sends, a piece at a time: within its limits and at the user's pace."""

from __future__ import annotations

from collections.abc import Iterator

from .pacing import Pace
from .ports import Body
from .waiting import Watch

__all__ = ["Flow"]


class Flow:
    """A body on its way; what `urllib3` sends piece by piece."""

    def __init__(self, body: Body, watch: Watch, pace: Pace | None) -> None:
        self._body = body
        self._watch = watch
        self._pace = pace

    def __len__(self) -> int:
        return len(self._body)

    def __iter__(self) -> Iterator[memoryview]:
        for data in self._body:
            step = len(data) if self._pace is None else self._pace.piece
            for at in range(0, len(data), max(step, 1)):
                yield self._passed(memoryview(data)[at : at + step])

    def _passed(self, piece: memoryview) -> memoryview:
        self._watch.remaining()
        if self._pace is not None:
            self._watch.postpone(self._pace.passed(len(piece), self._watch.check))
        return piece
