"""One file of a set, read at any place and from any thread."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, Final

from provider_core.errors import WimError

from ..wim_format.header import HEADER_SIZE, Header
from ..wim_format.resource_header import ResourceHeader
from .buffers import new_buffer

__all__ = ["Part"]

_WHERE: Final = "file"
_GAP: Final = 4 << 10
"""Bytes between two neighbours that are read rather than skipped."""

Range = tuple[int, int]
"""Offset and size in bytes."""


class Part:
    """A seekable file with its header read.

    Raises WimError and NotSupported as `Header.parse`.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self.size = stream.seek(0, io.SEEK_END)
        """Bytes of the file."""
        self.head = self._read(0, min(HEADER_SIZE, self.size))
        """The bytes of the header."""
        self.header = Header.parse(self.head)
        self.kind = self.header.compression, self.header.chunk_size
        """How compressed resources of its own are compressed, and their chunk size in bytes."""

    def read_at(self, offset: int, size: int) -> bytes:
        """Return just *size* bytes from *offset*.  Raises WimError if the file has less."""
        self._check_range(offset, size)
        return self._read(offset, size)

    def read_many(self, ranges: Iterable[Range]) -> Iterator[bytes]:
        """Yield the bytes of each range of offset and size; neighbours are read with one call.

        Raises WimError if the file has less.
        """
        for start, end, inside in _neighbours(ranges):
            data = self.read_at(start, end - start)
            for offset, size in inside:
                yield data[offset - start : offset - start + size]

    def read_large(self, offset: int, size: int) -> memoryview:
        """Return the same, without a second copy on the way, in a `new_buffer`."""
        self._check_range(offset, size)
        data = room = new_buffer(size)
        with self._lock:
            self._stream.seek(offset)
            while room and (count := _read_into(self._stream, room)):
                room = room[count:]
        if room:
            raise _shorter()
        return data

    def check_inside(self, resource: ResourceHeader, where: str) -> None:
        """Refuse a resource that leads out of the file.  Raises WimError."""
        if resource.end > self.size:
            reason = f"a resource ends at byte {resource.end}, the file at {self.size}"
            raise WimError(reason, where=where)

    def _read(self, offset: int, size: int) -> bytes:
        with self._lock:
            self._stream.seek(offset)
            data = self._stream.read(size)
            if len(data) == size:
                return data
            pieces = [data]
            while data and (size := size - len(data)):
                data = self._stream.read(size)
                pieces.append(data)
        if not data:
            raise _shorter()
        return b"".join(pieces)

    def _check_range(self, offset: int, size: int) -> None:
        if offset + size > self.size:
            reason = f"bytes {offset} to {offset + size} are wanted, it has {self.size}"
            raise WimError(reason, where=_WHERE)


def _neighbours(ranges: Iterable[Range]) -> Iterator[tuple[int, int, list[Range]]]:
    """Group ranges that follow one another; yield where each group starts and ends in the file."""
    start = end = 0
    inside: list[Range] = []
    for one in ranges:
        offset, size = one
        if inside and not 0 <= offset - end <= _GAP:
            yield start, end, inside
            inside = []
        if not inside:
            start = offset
        inside.append(one)
        end = offset + size
    if inside:
        yield start, end, inside


def _read_into(stream: Any, room: memoryview) -> int:
    # Every seekable binary file has it, only BinaryIO does not say so.
    return stream.readinto(room) or 0


def _shorter() -> WimError:
    return WimError("it became shorter while it was read", where=_WHERE)
