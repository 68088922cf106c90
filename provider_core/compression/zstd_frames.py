"""Where zstd frames end (RFC 8878, section 3): the decoder does not say that one was cut off."""

from __future__ import annotations

from collections.abc import Generator
from typing import IO, Final

__all__ = ["WholeFrames"]

_FRAME: Final = 0xFD2FB528
_SKIPPABLE: Final = 0x184D2A50
"""With any last four bits."""
_DICTIONARY_ID: Final = (0, 1, 2, 4)
_CONTENT_SIZE: Final = (0, 2, 4, 8)
_RLE: Final = 1

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
        while True:
            self._between = True
            magic = int.from_bytes((yield 4, True), "little")
            self._between = False
            if magic == _FRAME:
                yield from _frame()
            elif magic & ~0xF == _SKIPPABLE:
                yield from _skip(int.from_bytes((yield 4, True), "little"))
            else:  # the decoder refuses it as soon as it comes there
                while True:
                    yield 1 << 30, False


def _frame() -> _Wants:
    flags = (yield 1, True)[0]
    single, checksum = flags >> 5 & 1, flags >> 2 & 1
    size = _CONTENT_SIZE[flags >> 6] or single
    yield from _skip((1 - single) + _DICTIONARY_ID[flags & 3] + size)
    last = 0
    while not last:
        block = int.from_bytes((yield 3, True), "little")
        last, kind, size = block & 1, block >> 1 & 3, block >> 3
        yield from _skip(1 if kind == _RLE else size)
    yield from _skip(4 * checksum)


def _skip(count: int) -> _Wants:
    if count:
        yield count, False
