"""Which bytes of a blob are here: disjoint ranges [start, end), in order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator

__all__ = ["Ranges"]


class Ranges:
    """A set of byte offsets, kept as ranges that neither touch nor overlap."""

    def __init__(self, ranges: Iterable[tuple[int, int]] = ()) -> None:
        self._ranges: list[tuple[int, int]] = []
        for start, end in ranges:
            self.add(start, end)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return iter(self._ranges)

    def add(self, start: int, end: int) -> None:
        """Add the bytes [start, end)."""
        if start >= end:
            return
        first = bisect_left(self._ranges, start, key=lambda item: item[1])
        last = first
        while last < len(self._ranges) and self._ranges[last][0] <= end:
            start = min(start, self._ranges[last][0])
            end = max(end, self._ranges[last][1])
            last += 1
        self._ranges[first:last] = [(start, end)]

    def missing(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the parts of [start, end) that are not in the set, in order."""
        first = bisect_left(self._ranges, start, key=lambda item: item[1])
        for low, high in self._ranges[first:]:
            if low >= end:
                break
            if start < low:
                yield start, low
            start = max(start, high)
        if start < end:
            yield start, end

    @property
    def total(self) -> int:
        """How many bytes are in the set."""
        return sum(end - start for start, end in self._ranges)

    @property
    def prefix(self) -> int:
        """How many bytes from 0 on are in the set without a gap."""
        return self._ranges[0][1] if self._ranges and self._ranges[0][0] == 0 else 0

    def clear(self) -> None:
        """Take everything out."""
        self._ranges.clear()
