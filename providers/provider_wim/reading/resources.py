"""Resources and runs of chunks, decoded."""

from __future__ import annotations

from collections.abc import Sequence

from provider_core.errors import WimError

from ..wim_format.chunk_table import Chunk, ChunkMap
from ..wim_format.resource_header import ResourceHeader
from .buffers import LARGE, new_buffer
from .decoders import ChunkKind, DecoderPool
from .part import Part

__all__ = ["decode_chunks", "read_resource"]


def decode_chunks(
    part: Part, chunks: Sequence[Chunk], kind: ChunkKind, pool: DecoderPool
) -> memoryview:
    """Return the decoded bytes of *chunks*, one after the other in one piece of memory.

    Raises WimError, NotSupported.
    """
    out = new_buffer(sum(chunk.size for chunk in chunks))
    place = 0
    decoder = pool.borrow(kind)
    for chunk in chunks:
        read = part.read_large if chunk.stored_size >= LARGE else part.read_at
        data = read(chunk.offset, chunk.stored_size)
        room = out[place : place + chunk.size]
        if chunk.stored_size == chunk.size:
            room[:] = data
        else:
            decoder.decode(data, room)
        place += chunk.size
    pool.give_back(kind, decoder)
    return out


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
