"""Where zstd frames end (RFC 8878, section 3): the decoder does not say that one was cut off."""

from __future__ import annotations

from collections.abc import Generator
from typing import IO, Final

import zstandard

__all__ = ["WholeFrames"]

_FRAME: Final = 0xFD2FB528
_SKIPPABLE: Final = 0x184D2A50
"""With any last four bits."""
_DICTIONARY_ID: Final = (0, 1, 2, 4)
_CONTENT_SIZE: Final = (0, 2, 4, 8)
_RLE: Final = 1
_MOST_EMPTY: Final = 1_000
"""Empty blocks and frames in a row: no encoder writes more, and each takes time for nothing."""

_Wants = Generator[tuple[int, bool], bytes, None]
"""Asks for a number of bytes, and says whether it looks at them; gets them, or b''."""


class WholeFrames:
    """A stream of frames that raises EOFError at its end if that is within a frame.

    It reads the heads of frames and blocks only.  Whatever else is wrong, the decoder finds.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._between = True
        self._head = bytearray()
        self._walk = self._frames()
        self._wanted, self._looks = next(self._walk)

    def read(self, size: int = -1) -> bytes:
        """Return what *stream* gives; EOFError at an end that comes too early."""
        data = self._stream.read(size)
        if data:
            self._follow(memoryview(data))
        elif not self._between or self._head:
            raise EOFError("it ends within a frame")
        return data

    def _follow(self, data: memoryview) -> None:
        while data:
            piece, data = data[: self._wanted], data[self._wanted :]
            self._wanted -= len(piece)
            if self._looks:
                self._head += piece
            if not self._wanted:
                head = bytes(self._head)
                self._head.clear()
                self._wanted, self._looks = self._walk.send(head)

    def _frames(self) -> _Wants:
        empty = _Empty()
        while True:
            self._between = True
            magic = int.from_bytes((yield 4, True), "little")
            self._between = False
            if magic == _FRAME:
                yield from _frame(empty)
            elif magic & ~0xF == _SKIPPABLE:
                size = int.from_bytes((yield 4, True), "little")
                empty.count(size)
                yield from _skip(size)
            else:  # the decoder refuses it as soon as it comes there
                while True:
                    yield 1 << 30, False


class _Empty:
    """Counts what comes in a row and holds nothing."""

    def __init__(self) -> None:
        self._row = 0

    def count(self, size: int) -> None:
        """Note a block or frame of *size* bytes; ZstdError after too many without any."""
        self._row = 0 if size else self._row + 1
        if self._row > _MOST_EMPTY:
            raise zstandard.ZstdError(f"more than {_MOST_EMPTY} empty blocks in a row")


def _frame(empty: _Empty) -> _Wants:
    flags = (yield 1, True)[0]
    single, checksum = flags >> 5 & 1, flags >> 2 & 1
    size = _CONTENT_SIZE[flags >> 6] or single
    yield from _skip((1 - single) + _DICTIONARY_ID[flags & 3] + size)
    last = 0
    while not last:
        block = int.from_bytes((yield 3, True), "little")
        last, kind, size = block & 1, block >> 1 & 3, block >> 3
        empty.count(size)
        yield from _skip(1 if kind == _RLE else size)
    yield from _skip(4 * checksum)


def _skip(count: int) -> _Wants:
    if count:
        yield count, False
