"""A stream that can only go forward, for the standard library's tar reader.

`tarfile` seeks to where a member should be, and reads as many bytes as a header claims.  Here
seeking reads on, and a single read that nobody honest makes is refused before memory is taken.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..errors import DocumentError

__all__ = ["ForwardStream"]

_MOST_AT_ONCE = 16 << 20
"""Bytes; the longest extended header of real layers is far below."""


class ForwardStream:
    """What the pieces of an iterator say, as a file that is read from start to end."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._piece = memoryview(b"")
        self._place = 0

    def tell(self) -> int:
        """Return how many bytes were read or passed over."""
        return self._place

    def seek(self, place: int) -> int:
        """Pass over what lies before *place*; DocumentError if it lies behind."""
        if place < self._place:
            raise DocumentError("its members do not follow each other", what="layer")
        left = place - self._place
        while left and (taken := self._take(left)):
            left -= len(taken)
        return self._place

    def read(self, size: int = -1) -> bytes:
        """Return the next *size* bytes, fewer at the end; DocumentError for far too many."""
        if not 0 <= size <= _MOST_AT_ONCE:
            raise DocumentError(f"a header of {size} bytes", what="layer")
        taken = []
        while size and (piece := self._take(size)):
            taken.append(piece)
            size -= len(piece)
        return b"".join(taken)

    def _take(self, most: int) -> memoryview:
        """Return at most *most* of the next bytes; none at the end."""
        while not self._piece:
            following = next(self._pieces, None)
            if following is None:
                return memoryview(b"")
            self._piece = memoryview(following)
        taken, self._piece = self._piece[:most], self._piece[most:]
        self._place += len(taken)
        return taken
