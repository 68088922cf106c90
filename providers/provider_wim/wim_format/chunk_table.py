"""Chunk tables: where the chunks of a compressed resource lie."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from provider_core.errors import WimError

from .compression import Compression, check_chunk_size
from .resource_header import ResourceHeader

__all__ = ["SOLID_HEADER_SIZE", "Chunk", "ChunkMap", "ReadAt", "only_chunk"]

ReadAt = Callable[[int, int], bytes]
"""Returns just so many bytes (second) from an offset (first); WimError if they are not there."""

SOLID_HEADER_SIZE: Final = 16
_SOLID: Final = struct.Struct("<QII")
_LARGE: Final = 1 << 32
"""Size in bytes from which the entries of a table have eight bytes."""
_MOST_SOLID: Final = 1 << 22
"""Chunks of the largest solid resource that is read, since all their places are kept."""
_WINDOW: Final = 1 << 14
"""Entries that are read at a time."""


class Chunk(NamedTuple):
    """One chunk; it is stored as it is if both sizes are the same.

    A tuple, since there are many and they are soon gone.
    """

    offset: int
    """Bytes from the start of the file."""
    stored_size: int
    size: int
    """Bytes after decompression."""


def only_chunk(offset: int, stored_size: int, size: int, where: str) -> Chunk:
    """Return the chunk of a compressed resource that is no larger than one.

    Raises WimError if it is stored in more bytes than it has.
    """
    if not 0 < stored_size <= size:
        raise _wrong(size, stored_size, where)
    return Chunk(offset, stored_size, size)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkMap:
    """How a compressed resource is divided."""

    compression: Compression
    chunk_size: int
    """Bytes of every chunk but the last, after decompression."""
    size: int
    """Bytes of all of them, after decompression."""
    table: int
    """Where the table begins, bytes from the start of the file."""
    entry_size: int
    """Bytes of an entry: 4 or 8."""
    entries: int
    """How many entries there are."""
    end: int
    """The offset behind the resource."""
    sizes: bool = False
    """Whether entries are sizes (solid) and not offsets behind the table."""

    @classmethod
    def of_resource(
        cls, resource: ResourceHeader, compression: Compression, chunk_size: int, where: str
    ) -> ChunkMap:
        """Return the map of an ordinary compressed resource.  Raises WimError."""
        if compression is Compression.NONE:
            raise WimError("a compressed resource in a file without compression", where=where)
        return cls._checked(
            where,
            compression=compression,
            chunk_size=chunk_size,
            size=resource.size,
            table=resource.offset,
            entry_size=8 if resource.size > _LARGE - 1 else 4,
            entries=max(0, -(-resource.size // chunk_size) - 1),
            end=resource.end,
        )

    @classmethod
    def of_solid(cls, resource: ResourceHeader, head: bytes, where: str) -> ChunkMap:
        """Return the map of a solid resource, whose first 16 bytes are *head*.

        Raises WimError; NotSupported for chunks that are too large.
        """
        size, chunk_size, way = _SOLID.unpack_from(head)
        if way not in (1, 2, 3):
            raise WimError(f"compression {way} is unknown", where=where)
        check_chunk_size(Compression(way), chunk_size, where)
        return cls._checked(
            where,
            compression=Compression(way),
            chunk_size=chunk_size,
            size=size,
            table=resource.offset + SOLID_HEADER_SIZE,
            entry_size=4,
            entries=-(-size // chunk_size),
            end=resource.end,
            sizes=True,
        )

    @classmethod
    def _checked(
        cls,
        where: str,
        *,
        compression: Compression,
        chunk_size: int,
        size: int,
        table: int,
        entry_size: int,
        entries: int,
        end: int,
        sizes: bool = False,
    ) -> ChunkMap:
        if table + entries * entry_size > end or (sizes and entries > _MOST_SOLID):
            raise WimError(f"{size} bytes need more chunks than there is room for", where=where)
        return cls(
            compression=compression,
            chunk_size=chunk_size,
            size=size,
            table=table,
            entry_size=entry_size,
            entries=entries,
            end=end,
            sizes=sizes,
        )

    @property
    def start(self) -> int:
        """Where the first chunk begins, bytes from the start of the file."""
        return self.table + self.entries * self.entry_size

    def chunks(self, read: ReadAt, where: str) -> Iterator[Chunk]:
        """Yield the chunks in order, their sizes checked; *read* is asked for the table.

        Raises WimError for a table that is out of order or leads out of the resource.
        """
        left, position = self.size, self.start
        for end in self._ends(read):
            size = min(self.chunk_size, left)
            stored = end - position
            if not 0 < stored <= size or end > self.end:
                raise _wrong(size, stored, where)
            yield Chunk(position, stored, size)
            left -= size
            position = end

    def _ends(self, read: ReadAt) -> Iterator[int]:
        """Yield the offset behind each chunk, unchecked."""
        if not self.size:
            return
        letter = "Q" if self.entry_size == 8 else "I"
        end = self.start
        for first in range(0, self.entries, _WINDOW):
            count = min(_WINDOW, self.entries - first)
            data = read(self.table + first * self.entry_size, count * self.entry_size)
            for entry in struct.unpack(f"<{count}{letter}", data):
                end = end + entry if self.sizes else self.start + entry
                yield end
        if not self.sizes:
            yield self.end


def _wrong(size: int, stored_size: int, where: str) -> WimError:
    reason = f"a chunk of {size} bytes is said to be stored in {stored_size}"
    return WimError(reason, where=where)
