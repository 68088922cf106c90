"""The bytes of a layer without the compression around them."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from typing import Any, Protocol

import zstandard
from isal import igzip, igzip_lib

from ..errors import DocumentError

__all__ = ["unpacked"]

_PIECE = 1 << 20
_IsalError: Any = igzip_lib.IsalError  # its stub says it is no class
_ZSTD_WINDOW = 1 << 27
"""128 MiB, what `zstd --long` needs; more would be memory for the asking."""
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def unpacked(stream: _Readable) -> Iterator[bytes]:
    """Yield what is in *stream*, plain or in gzip or zstd, in pieces of at most 1 MiB.

    Which of them it is its first bytes say (RFC 1952, RFC 8878), not its media type: both are
    seen wrong.  *stream* is read from start to end, without seeking.  Raises DocumentError for
    damaged data.
    """
    whole = _Begun(stream)
    if whole.head.startswith(_GZIP):
        gzip: Any = igzip.IGzipFile
        yield from _pieces(gzip(fileobj=whole, mode="rb"), "gzip")
    elif whole.head == _ZSTD:
        decoder = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
        source: Any = whole
        yield from _pieces(decoder.stream_reader(source, read_across_frames=True), "zstd")
    else:
        yield from _pieces(whole, "plain")
    while whole.read(_PIECE):  # to its end, where its digest is checked
        pass


class _Begun(io.RawIOBase):
    """A stream whose first bytes were looked at."""

    def __init__(self, stream: _Readable) -> None:
        self._stream = stream
        self.head = self._left = stream.read(len(_ZSTD))

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        data = self._left[: len(buffer)] or self._stream.read(len(buffer))
        self._left = self._left[len(buffer) :]
        buffer[: len(data)] = data
        return len(data)


def _pieces(reader: Any, form: str) -> Iterator[bytes]:
    try:
        while piece := reader.read(_PIECE):
            yield piece
    except (EOFError, igzip.BadGzipFile, _IsalError, zstandard.ZstdError, zlib.error) as error:
        raise DocumentError(f"damaged {form} data ({error})", what="layer") from error
