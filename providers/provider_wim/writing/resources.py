"""Content into a WIM file as it comes: each blob once, compressed where that makes it smaller."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import Final, Protocol

from ..tree import Blob
from ..wim_format.resource_header import ResourceFlag, ResourceHeader
from .chunks import CHUNK, ChunkCompressor, in_chunks

__all__ = ["ResourceWriter", "SeekableOutput"]

_TRIAL: Final = 256
"""Chunks after which it is settled whether a large blob is compressed: 8 MiB."""
_COMPRESSED: Final = int(ResourceFlag.COMPRESSED)
_METADATA: Final = int(ResourceFlag.METADATA)
_WIDE: Final = 1 << 32
"""Bytes from which on the places in a chunk table have 8 bytes."""

Pair = tuple[bytes, bytes]
"""A chunk, and what it became."""


class SeekableOutput(Protocol):
    """The file being written."""

    def write(self, data: bytes, /) -> None: ...

    def tell(self) -> int: ...

    def seek(self, position: int, /) -> None: ...

    def read(self, count: int, /) -> bytes: ...

    def cut(self) -> None: ...


class ResourceWriter:
    """Writes resources one behind the other; without *chunks* as they are."""

    def __init__(self, out: SeekableOutput, chunks: ChunkCompressor | None) -> None:
        self._out = out
        self._chunks = chunks
        self.blobs: dict[bytes, ResourceHeader] = {}
        """Where each blob is, by SHA-1, in the order of the file."""

    def add(self, pieces: Iterator[bytes], size: int) -> Blob:
        """Write content of *size* bytes, more than 0, unless it is there already."""
        start, hasher = self._out.tell(), hashlib.sha1(usedforsecurity=False)
        header = self._write(_noted(pieces, hasher.update), size, flags=0)
        blob = Blob(sha1=hasher.digest(), size=size)
        if self.blobs.setdefault(blob.sha1, header) is not header:
            self._out.seek(start)
            self._out.cut()
        return blob

    def add_metadata(self, data: bytes) -> tuple[ResourceHeader, bytes]:
        """Write the metadata of an image; return where it is and its SHA-1."""
        sha1 = hashlib.sha1(data, usedforsecurity=False).digest()
        return self._write(iter([data]), len(data), flags=_METADATA), sha1

    def _write(self, pieces: Iterator[bytes], size: int, *, flags: int) -> ResourceHeader:
        start = self._out.tell()
        if self._chunks is None:
            compressed = False
            self._plain(pieces)
        else:
            compressed = self._in_chunks(self._chunks.compressed(in_chunks(pieces)), size)
        return ResourceHeader(
            offset=start,
            stored_size=self._out.tell() - start,
            size=size,
            flags=flags | (_COMPRESSED if compressed else 0),
        )

    def _plain(self, pieces: Iterable[bytes]) -> None:
        for piece in pieces:
            self._out.write(piece)

    def _in_chunks(self, pairs: Iterator[Pair], size: int) -> bool:
        """Write chunks compressed, behind a table of their places, or as they are.

        No chunk gets larger, so what the first ones save more than the table takes, the whole
        saves too.  Returns whether it was compressed.
        """
        table = _table_size(size)
        first = list(islice(pairs, _TRIAL))
        saved = sum(len(chunk) - len(small) for chunk, small in first)
        if saved <= table:
            self._plain(chunk for chunk, _ in chain(first, pairs))
            return False
        start = self._out.tell()
        self._out.write(bytes(table))
        places, place = [], 0
        for _, small in chain(first, pairs):
            places.append(place)
            place += len(small)
            self._out.write(small)
        end = self._out.tell()
        self._out.seek(start)
        self._out.write(struct.pack(f"<{len(places) - 1}{_code(size)}", *places[1:]))
        self._out.seek(end)
        return True


def _noted(pieces: Iterable[bytes], update: Callable[[bytes], object]) -> Iterator[bytes]:
    """Hand on *pieces*, each to *update* first."""
    for piece in pieces:
        update(piece)
        yield piece


def _table_size(size: int) -> int:
    """Return the bytes of the table: the place of each chunk but the first."""
    return (-(-size // CHUNK) - 1) * struct.calcsize(f"<{_code(size)}")


def _code(size: int) -> str:
    return "Q" if size >= _WIDE else "I"
