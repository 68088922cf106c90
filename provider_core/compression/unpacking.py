"""gzip and zstd around archives and layers, recognised by content and bounded."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import nullcontext
from enum import Enum
from typing import IO, Any

import zstandard
from isal import igzip, igzip_lib

from ..errors import DocumentError
from .zstd_frames import WholeFrames

__all__ = ["HEAD", "Compression", "compression_of", "decompressed"]

HEAD = 4
"""Bytes of a file's start that `compression_of` wants."""
_PIECE = 1 << 20
_IsalError: Any = igzip_lib.IsalError  # its stub says it is no class
_ZSTD_WINDOW = 1 << 27
"""128 MiB, what `zstd --long` needs; more would be memory for the asking."""


class Compression(Enum):
    """How bytes are wrapped."""

    NONE = ""
    GZIP = "gzip"
    ZSTD = "zstd"


def compression_of(head: bytes) -> Compression:
    """Recognise gzip (RFC 1952) and zstd (RFC 8878) by the first bytes."""
    if head.startswith(b"\x1f\x8b"):
        return Compression.GZIP
    if head.startswith(b"\x28\xb5\x2f\xfd"):
        return Compression.ZSTD
    return Compression.NONE


def decompressed(
    stream: IO[bytes], compression: Compression, *, limit: int, what: str
) -> Generator[bytes, None, None]:
    """Yield the content of *stream* from its place on, in pieces of at most 1 MiB.

    Raises DocumentError if it is damaged, or as soon as it is more than *limit* bytes.
    """
    total = 0
    for piece in _pieces(stream, compression, what):
        total += len(piece)
        if total > limit:
            raise DocumentError(f"it unpacks to more than {limit} bytes", what=what)
        yield piece


def _pieces(stream: IO[bytes], compression: Compression, what: str) -> Generator[bytes, None, None]:
    try:
        with _reader(stream, compression) as reader:
            while piece := reader.read(_PIECE):
                yield piece
    except (EOFError, igzip.BadGzipFile, _IsalError, zstandard.ZstdError) as error:
        raise DocumentError(f"damaged {compression.value} data ({error})", what=what) from error


def _reader(stream: IO[bytes], compression: Compression) -> Any:
    if compression is Compression.NONE:
        return nullcontext(stream)
    if compression is Compression.GZIP:
        gzip: Any = igzip.IGzipFile
        return gzip(fileobj=stream, mode="rb")
    decoder: Any = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW)
    return decoder.stream_reader(WholeFrames(stream), read_across_frames=True, closefd=False)
