"""Resources and runs of chunks, decoded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from provider_core.errors import WimError

from ..codecs import Decoder
from ..wim_format.chunk_table import Chunk, ChunkMap
from ..wim_format.resource_header import ResourceHeader
from .buffers import LARGE, new_buffer
from .decoders import ChunkKind, DecoderPool
from .part import Part

__all__ = ["decode_chunks", "decode_into", "read_resource"]


def decode_chunks(
    part: Part, chunks: Sequence[Chunk], kind: ChunkKind, pool: DecoderPool
) -> memoryview:
    """Return the decoded bytes of *chunks*, which follow one another, in one piece of memory.

    Raises WimError, NotSupported.
    """
    out = new_buffer(sum(chunk.size for chunk in chunks))
    if chunks:
        start, last = chunks[0].offset, chunks[-1]
        size = last.offset + last.stored_size - start
        data = part.read_large(start, size) if size >= LARGE else part.read_at(start, size)
        decoder = pool.borrow(kind)
        decode_into(out, chunks, decoder, data, start)
        pool.give_back(kind, decoder)
    return out


def decode_into(
    out: memoryview,
    chunks: Iterable[Chunk],
    decoder: Decoder,
    data: bytes | memoryview,
    start: int,
) -> None:
    """Fill *out* with the decoded *chunks*; *data* are the bytes of the file from *start* on.

    Raises WimError.
    """
    place = 0
    for offset, stored_size, size in chunks:
        chunk = data[offset - start : offset - start + stored_size]
        room = out[place : place + size]
        if stored_size == size:
            room[:] = chunk
        else:
            decoder.decode(chunk, room)
        place += size


def read_resource(
    part: Part, resource: ResourceHeader, pool: DecoderPool, *, most: int, where: str
) -> bytes:
    """Return a resource whole.  Raises WimError above *most* bytes, or if it is damaged."""
    if max(resource.size, resource.stored_size) > most:
        raise WimError(f"it has {resource.size} bytes, more than {most}", where=where)
    part.check_inside(resource, where)
    if not resource.is_compressed:
        return part.read_at(resource.offset, resource.stored_size)
    layout = ChunkMap.of_resource(resource, *part.kind, where)
    chunks = list(layout.chunks(part.read_at, where))
    return bytes(decode_chunks(part, chunks, part.kind, pool))
