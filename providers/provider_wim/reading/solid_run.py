"""Solid runs: many blobs compressed as one, decoded once into a spool."""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Final

from provider_core.errors import WimError

from ..wim_format.chunk_table import SOLID_HEADER_SIZE, Chunk, ChunkMap
from ..wim_format.resource_header import ResourceHeader
from .decoders import DecoderPool
from .part import Part
from .resources import decode_chunks
from .spool_file import SpoolFile

__all__ = ["SolidRun"]

_WHERE: Final = "solid resource"
_LARGE: Final = 8 << 20
"""Bytes of chunks of which only one is decoded at a time, since two would take much memory."""
_one_large: Final = threading.Lock()


class SolidRun:
    """The solid resources of one run as one range of bytes; thread-safe.

    Raises WimError if a resource breaks its format, NotSupported for chunks that are too large.
    """

    def __init__(self, part: Part, resources: Sequence[ResourceHeader]) -> None:
        self._part = part
        self._maps = [_map(part, resource) for resource in resources]
        self._starts = [0]
        for layout in self._maps:
            self._starts.append(self._starts[-1] + layout.size)
        self._ends: dict[int, array[int]] = {}
        self._places: dict[tuple[int, int], Future[int]] = {}
        self._guard = threading.Lock()

    @property
    def size(self) -> int:
        """Bytes of the whole run after decompression."""
        return self._starts[-1]

    def read(self, offset: int, size: int, pool: DecoderPool, spool: SpoolFile) -> bytes:
        """Return *size* bytes from *offset*; what they are in is decoded if it was not yet.

        Raises WimError, also for a range that is not within one resource; NoSpace, StoreError.
        """
        number = bisect_right(self._starts, offset) - 1
        if number >= len(self._maps) or offset + size > self._starts[number + 1]:
            raise WimError("a blob leads out of its solid resource", where=_WHERE)
        chunk_size = self._maps[number].chunk_size
        offset -= self._starts[number]
        pieces = []
        while size:
            chunk, inside = divmod(offset, chunk_size)
            count = min(size, chunk_size - inside)
            place = self._place(number, chunk, pool, spool)
            pieces.append(spool.read_at(place + inside, count))
            offset += count
            size -= count
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _place(self, number: int, chunk: int, pool: DecoderPool, spool: SpoolFile) -> int:
        """Return where in the spool a chunk is, decoding it if nobody did or does."""
        with self._guard:
            known = self._places.get((number, chunk))
            if known is None:
                mine = self._places[number, chunk] = Future()
        if known is not None:
            return known.result()
        try:
            mine.set_result(self._decode(number, chunk, pool, spool))
        except BaseException as error:
            mine.set_exception(error)
        return mine.result()

    def _decode(self, number: int, chunk: int, pool: DecoderPool, spool: SpoolFile) -> int:
        layout = self._maps[number]
        stored = self._chunk(number, chunk)
        kind = layout.compression, layout.chunk_size
        if stored.size <= _LARGE:
            return spool.append(decode_chunks(self._part, [stored], kind, pool))
        with _one_large:
            return spool.append(decode_chunks(self._part, [stored], kind, pool))

    def _chunk(self, number: int, chunk: int) -> Chunk:
        layout = self._maps[number]
        with self._guard:
            ends = self._ends.get(number)
            if ends is None:
                ends = self._ends[number] = array("Q")
                for one in layout.chunks(self._part.read_at, _WHERE):
                    ends.append(one.offset + one.stored_size)
        start = ends[chunk - 1] if chunk else layout.start
        size = min(layout.chunk_size, layout.size - chunk * layout.chunk_size)
        return Chunk(start, ends[chunk] - start, size)


def _map(part: Part, resource: ResourceHeader) -> ChunkMap:
    if resource.stored_size < SOLID_HEADER_SIZE:
        raise WimError("it is too short", where=_WHERE)
    head = part.read_at(resource.offset, SOLID_HEADER_SIZE)
    return ChunkMap.of_solid(resource, head, _WHERE)
