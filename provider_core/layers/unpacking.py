"""The bytes of a layer without the compression around them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, Protocol

from ..compression import HEAD, compression_of, decompressed

__all__ = ["unpacked"]

_PIECE = 1 << 20
_MOST = 1 << 42
"""Bytes that a layer may unpack to, 4 TiB: whoever unpacks one stops long before, or is patient."""


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def unpacked(stream: _Readable) -> Iterator[bytes]:
    """Yield what is in *stream*, plain or in gzip or zstd, in pieces of at most 1 MiB.

    Which of them it is its first bytes say, not its media type: both are seen wrong.  *stream*
    is read from start to end, without seeking, so that a store can hash it on the way.  Raises
    DocumentError for damaged data.
    """
    whole: Any = _Begun(stream)
    yield from decompressed(whole, compression_of(whole.head), limit=_MOST, what="layer")
    while whole.read(_PIECE):  # to its end, where its digest is checked
        pass


class _Begun(io.RawIOBase):
    """A stream whose first bytes were looked at."""

    def __init__(self, stream: _Readable) -> None:
        self._stream = stream
        self.head = self._left = stream.read(HEAD)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        data = self._left[: len(buffer)] or self._stream.read(len(buffer))
        self._left = self._left[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)
