"""Resources and runs of chunks, decoded."""

from __future__ import annotations

from collections.abc import Sequence

from provider_core.errors import WimError

from ..wim_format.chunk_table import Chunk, ChunkMap
from ..wim_format.compression import Compression
from ..wim_format.resource_header import ResourceHeader
from .decoders import DecoderPool
from .part import Part

__all__ = ["decode_chunks", "read_resource"]


def decode_chunks(
    part: Part, chunks: Sequence[Chunk], kind: tuple[Compression, int], pool: DecoderPool
) -> memoryview:
    """Return the decoded bytes of *chunks*, one after the other in one piece of memory.

    *kind* is their compression and chunk size.  Raises WimError, NotSupported.
    """
    out = memoryview(bytearray(sum(chunk.size for chunk in chunks)))
    place = 0
    with pool.borrowed(*kind) as decoder:
        for chunk in chunks:
            data = part.read_at(chunk.offset, chunk.stored_size)
            room = out[place : place + chunk.size]
            if chunk.stored_size == chunk.size:
                room[:] = data
            else:
                decoder.decode(data, room)
            place += chunk.size
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
    header = part.header
    kind = header.compression, header.chunk_size
    layout = ChunkMap.of_resource(resource, *kind, where)
    chunks = list(layout.chunks(part.read_at, where))
    return bytes(decode_chunks(part, chunks, kind, pool))
