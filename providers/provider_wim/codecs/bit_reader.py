"""A stream of 16-bit words, read from their high bits."""

from __future__ import annotations

import struct
from array import array
from typing import Final

from .huffman import LENGTH_BITS, LENGTH_MASK

__all__ = ["BitReader"]

_PADDING: Final = bytes(8)
"""Zeros that may be taken behind the end, since pairs of words are taken ahead."""


class BitReader:
    """Reads numbers and symbols; IndexError far enough behind the end.

    Loops that decode much take `pairs`, `place`, `bits` and `count` into variables of their own
    and put them back when they are done.
    """

    __slots__ = ("bits", "count", "data", "pairs", "place", "size")

    def __init__(self, data: bytes) -> None:
        self.size = len(data)
        """Bytes of the stream."""
        self.data = data + _PADDING[len(data) & 3 :]
        """The stream, padded to a multiple of four bytes."""
        words = array("H", self.data)
        words.byteswap()
        self.pairs = struct.unpack(f">{len(self.data) // 4}I", words.tobytes())
        """Two words each, the earlier one above."""
        self.place = 0
        """Of the next pair to take."""
        self.bits = 0
        """The lowest `count` bits are next; those above were used."""
        self.count = 0
        """Bits that were taken and not used."""

    def take(self, width: int) -> int:
        """Return a number of *width* bits, at most 32."""
        if self.count < width:
            self._more()
        self.count -= width
        return self.bits >> self.count & (1 << width) - 1

    def symbol(self, table: list[int], width: int) -> int:
        """Return the next symbol of a code whose table has ``1 << width`` entries."""
        if self.count < width:
            self._more()
        entry = table[self.bits >> self.count - width & (1 << width) - 1]
        self.count -= entry & LENGTH_MASK
        return entry >> LENGTH_BITS

    def align(self) -> int:
        """Drop the rest of the word, or the next word if nothing is left of one.

        Returns the offset in `data` of what follows.
        """
        position = 4 * self.place - 2 * (self.count >> 4)
        return position if self.count & 15 else position + 2

    def seek(self, position: int) -> None:
        """Go on at the even offset *position* of `data`."""
        self.place, self.bits, self.count = position >> 2, 0, 0
        if position & 2:
            self.take(16)

    def _more(self) -> None:
        self.bits = (self.bits & (1 << self.count) - 1) << 32 | self.pairs[self.place]
        self.place += 1
        self.count += 32
