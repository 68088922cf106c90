"""Whole blobs, many at a time, decoded straight to where they are wanted.

A system has some 100,000 files, most of them small, so that what each costs beside its decoding
is what converting it costs.  This is the loop that all of them go through.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Final

from provider_core.errors import WimError

from ..codecs import Decoder
from ..wim_format.blob_table import StoredBlob
from ..wim_format.chunk_table import Chunk, ChunkMap, only_chunk
from .decoders import DecoderPool
from .hashes import check_hash
from .part import Part
from .resources import decode_into

__all__ = ["read_blobs"]

_CHUNKS_TO_TABLE: Final = 4096 // 8
"""The smallest chunks to the largest entries of a table; a chunk alone has no table."""
_WHERE: Final = "blob"


def read_blobs(
    part: Part, places: Sequence[tuple[StoredBlob, int]], pool: DecoderPool, out: memoryview
) -> None:
    """Put each blob, all of *part* and none in a solid run, at its place in *out*.

    Raises WimError, NotSupported.
    """
    ranges = [(stored.offset, _stored_size(stored)) for stored, _ in places]
    decoder: Decoder | None = None
    for (stored, place), data in zip(places, part.read_many(ranges), strict=True):
        room = out[place : place + stored.blob.size]
        if stored.is_compressed:
            chunks = _chunks(stored, data, part)
            decoder = decoder or pool.borrow(part.kind)
            decode_into(room, chunks, decoder, data, stored.offset)
        else:
            room[:] = data
        check_hash(hashlib.sha1(room, usedforsecurity=False).digest(), stored.blob)
    if decoder is not None:
        pool.give_back(part.kind, decoder)


def _stored_size(stored: StoredBlob) -> int:
    """Return how much is to be read for a blob.  Raises WimError if that is more than it can be."""
    most = stored.blob.size + stored.blob.size // _CHUNKS_TO_TABLE
    if stored.stored_size > most:
        reason = f"{stored.blob.size} bytes are said to be stored in {stored.stored_size}"
        raise WimError(reason, where=_WHERE)
    return stored.stored_size


def _chunks(stored: StoredBlob, data: bytes, part: Part) -> Iterable[Chunk]:
    """Return the chunks of a blob whose bytes in the file are *data*.  Raises WimError."""
    start, size = stored.offset, stored.blob.size
    if size <= part.kind[1]:
        return (only_chunk(start, stored.stored_size, size, _WHERE),)
    layout = ChunkMap.of_resource(stored.resource, *part.kind, _WHERE)
    return layout.chunks(
        lambda offset, count: data[offset - start : offset - start + count], _WHERE
    )
