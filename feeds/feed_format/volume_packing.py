"""Spreading content over volumes: pure arithmetic, in the order in which it is asked for.

Volumes are filled one after the other, each to its brim: an image's blobs in their order, and
images in theirs.  So an image needs as few volumes as it can without wasting any.  What does not
fit in what is left is cut.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from provider_core.digests import Digest
from provider_core.oci.layout import blob_path

from .checksums import line_size
from .paths import piece_path

__all__ = ["BLOCK", "Part", "Room", "count_volumes", "occupied", "pack"]

BLOCK = 4096
"""Bytes that media hand out at a time, at most."""

_SLIVER = 16 * BLOCK
"""Bytes below which what is left of a volume is not worth a piece."""
_ANY = Digest(algorithm="sha256", hex="0" * 64)
_PIECE_LINE = line_size(piece_path(_ANY))


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A blob or a piece of one, on a volume."""

    volume: int
    """Number of the volume, from 1 on."""
    blob: Digest
    offset: int
    """Where it begins in the blob, in bytes."""
    length: int
    is_whole: bool
    """Whether it is the blob itself, under its own name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """What a volume has room for."""

    size: int | None
    """Bytes of a volume; None: there is one, of any size."""
    taken: int
    """Bytes that are occupied on every volume, without the list of checksums."""
    lines: int
    """Bytes of the list of checksums for what is on every volume."""
    largest_file: int | None
    """Bytes of the largest file; None: any."""
    piece: int
    """Bytes of the largest piece, whole blocks."""

    @property
    def least(self) -> int:
        """The size, in bytes, below which nothing else would find a place."""
        return self.taken + occupied(self.lines + _PIECE_LINE) + occupied(_SLIVER)


def occupied(size: int) -> int:
    """Return the bytes that a file of *size* takes on a medium: its blocks, and one for its entry.

    File systems keep names and places of files in different ways; none of those that media have
    needs more than that.
    """
    return (-(-size // BLOCK) + 1) * BLOCK


def pack(blobs: Iterable[tuple[Digest, int]], room: Room) -> tuple[Part, ...]:
    """Return where each of *blobs*, digests with sizes in bytes, goes; each of them is named once.

    The room is at least `Room.least`.
    """
    packing = _Packing(room)
    for digest, size in blobs:
        packing.add(digest, size)
    return tuple(packing.parts)


def count_volumes(parts: Iterable[Part]) -> int:
    """Return how many volumes *parts* take; one if there are none."""
    return max((part.volume for part in parts), default=1)


class _Packing:
    """Volumes that are full, and the one that is being filled."""

    def __init__(self, room: Room) -> None:
        self.parts: list[Part] = []
        self._room = room
        self._volume = 0
        self._begin()

    def add(self, digest: Digest, size: int) -> None:
        """Put a blob where it fits."""
        if self._add_whole(digest, size):
            return
        if not size:  # there is nothing to cut
            self._begin()
            self._add_whole(digest, size)
        offset = 0
        while offset < size:
            length = min(size - offset, self._left(), self._room.piece)
            if length < min(size - offset, _SLIVER, self._room.piece):
                self._begin()
                if not offset and self._add_whole(digest, size):
                    return
                continue
            self._put(digest, offset, length, is_whole=False)
            offset += length

    def _add_whole(self, digest: Digest, size: int) -> bool:
        largest = self._room.largest_file
        if largest is not None and size > largest:
            return False
        line = line_size(blob_path(digest))
        end = self._taken + occupied(size) + occupied(self._lines + line)
        if self._room.size is not None and end > self._room.size:
            return False
        self._put(digest, 0, size, is_whole=True)
        return True

    def _begin(self) -> None:
        self._volume += 1
        self._taken, self._lines = self._room.taken, self._room.lines

    def _left(self) -> int:
        """Return the bytes of the largest piece that still fits."""
        if self._room.size is None:
            return self._room.piece
        left = self._room.size - self._taken - occupied(self._lines + _PIECE_LINE)
        return max(0, left // BLOCK - 1) * BLOCK

    def _put(self, digest: Digest, offset: int, length: int, *, is_whole: bool) -> None:
        self._taken += occupied(length)
        self._lines += line_size(blob_path(digest)) if is_whole else _PIECE_LINE
        part = Part(
            volume=self._volume, blob=digest, offset=offset, length=length, is_whole=is_whole
        )
        self.parts.append(part)
