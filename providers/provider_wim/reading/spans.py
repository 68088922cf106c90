"""Spans: blobs cut into pieces of work that can be done in any order and on any thread."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ..tree import Blob
from ..wim_format.blob_table import StoredBlob
from ..wim_format.chunk_table import Chunk, ChunkMap, only_chunk
from .part import Part

__all__ = ["SPAN", "Span", "spans_of"]

SPAN: Final = 1 << 20
"""Bytes of a span after decompression, about; at least one chunk."""
_WHERE: Final = "blob"


@dataclass(frozen=True, slots=True)
class Span:
    """A range of one blob."""

    blob: Blob
    stored: StoredBlob
    offset: int
    """Of the range in the blob, bytes after decompression."""
    size: int
    """Bytes after decompression."""
    chunks: tuple[Chunk, ...] = ()
    """The chunks it consists of; () if the blob is stored as it is, or in a solid run."""

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole blob."""
        return self.size == self.blob.size


def spans_of(blob: Blob, stored: StoredBlob, part: Part) -> Iterator[Span]:
    """Yield the spans of *blob* in order; the chunk table is read on the way.

    Raises WimError.
    """
    if not stored.is_compressed:
        for offset in range(0, blob.size, SPAN):
            yield Span(blob, stored, offset, min(SPAN, blob.size - offset))
        return
    if blob.size <= part.kind[1]:
        yield Span(
            blob,
            stored,
            0,
            blob.size,
            (only_chunk(stored.offset, stored.stored_size, blob.size, _WHERE),),
        )
        return
    layout = ChunkMap.of_resource(stored.resource, *part.kind, _WHERE)
    offset = size = 0
    chunks: list[Chunk] = []
    for chunk in layout.chunks(part.read_at, _WHERE):
        chunks.append(chunk)
        size += chunk.size
        if size >= SPAN:
            yield Span(blob, stored, offset, size, tuple(chunks))
            offset, size, chunks = offset + size, 0, []
    if chunks:
        yield Span(blob, stored, offset, size, tuple(chunks))
