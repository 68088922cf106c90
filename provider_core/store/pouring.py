"""For providers: the three usual ways of moving bytes into the store and out of it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO

from ..disk.direct import block_buffer
from ..oci import Descriptor
from ..platforms import Platform
from .ports import Partial, Reader, Writer, nobody

__all__ = ["copy", "pour", "put"]

_PIECE = 1 << 20
"""Bytes at once: few enough for the processor's cache, many enough for a direct write."""


def pour(stream: BinaryIO, writer: Writer, descriptor: Descriptor) -> None:
    """Bring the blob *descriptor*, which *stream* is at the start of, into the store.

    Only its gaps are read if the stream can seek, and nothing is read if the blob is here
    already; what comes after the blob is left in the stream.

    Raises SizeMismatch if the stream ends early, DigestMismatch; what `Writer.expect` raises.
    """
    partial = writer.expect(descriptor)
    if partial is None:
        return
    with partial:
        if not (_is_whole_file(stream) and partial.adopt(stream, nobody)):
            _fill(stream, partial)
        partial.commit()


def put(
    writer: Writer,
    data: bytes,
    media_type: str,
    *,
    annotations: Mapping[str, str] | None = None,
    platform: Platform | None = None,
    artifact_type: str = "",
) -> Descriptor:
    """Bring *data* into the store and return its descriptor, with the further fields given."""
    descriptor = Descriptor.of(
        data,
        media_type,
        annotations=annotations,
        platform=platform,
        artifact_type=artifact_type,
    )
    pour(io.BytesIO(data), writer, descriptor)
    return descriptor


def copy(
    reader: Reader, descriptor: Descriptor, sink_write: Callable[[memoryview], object]
) -> None:
    """Hand the blob *descriptor* piece by piece to *sink_write*, verified by the end.

    A piece is valid during the call only.  If an error is raised, what *sink_write* was given
    until then is to be thrown away: the digest of a blob is known at its end, not before.

    Raises BlobNotFound, DigestMismatch, SizeMismatch, and what *sink_write* raises.
    """
    with reader.open(descriptor) as stream:
        for piece in _pieces(stream, descriptor.size):
            sink_write(piece)


def _is_whole_file(stream: BinaryIO) -> bool:
    # Exactly the type: what only wraps a file may have its fileno, and other bytes.
    is_file = type(stream) is io.BufferedReader and type(stream.raw) is io.FileIO
    return is_file and stream.tell() == 0


def _fill(stream: BinaryIO, partial: Partial) -> None:
    base = stream.tell() if stream.seekable() else None
    position = 0
    for start, end in partial.gaps():
        if base is not None:
            stream.seek(base + start)
        else:
            for _ in _pieces(stream, start - position):
                pass
        position = start
        for piece in _pieces(stream, end - start):
            partial.write(position, piece)
            position += len(piece)


def _pieces(stream: BinaryIO, count: int) -> Iterator[memoryview]:
    """Yield the next *count* bytes in one buffer used again and again; fewer if the stream ends."""
    buffer = block_buffer(min(count, _PIECE))
    while count:
        got = _read_into(stream, buffer[:count])
        if not got:
            return
        yield buffer[:got]
        count -= got


def _read_into(stream: BinaryIO, buffer: memoryview) -> int:
    # Not every stream of a decompressor or an HTTP client can fill a buffer.
    readinto = getattr(stream, "readinto", None)
    if readinto is not None:
        return readinto(buffer) or 0
    data = stream.read(len(buffer))
    buffer[: len(data)] = data
    return len(data)
