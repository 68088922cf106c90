"""The bytes of a layer: headers and content, in large pieces."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from provider_core.errors import WimError
from provider_core.tar.headers import BLOCK, padded

from ..in_order import in_order
from ..tree import Blob, BlobSource, Piece
from .entries import Entry
from .headers import header_of

__all__ = ["is_large", "tar_pieces"]

_SMALL: Final = 1 << 20
"""Bytes of the largest file that shares a piece with others."""
_PIECE: Final = 1 << 20
"""Bytes of a piece at least, but where a large file follows: a call each costs too much."""
_AHEAD: Final = 4
"""Pieces that are made before they are needed."""
_END: Final = bytes(2 * BLOCK)


@dataclass(slots=True)
class _Group:
    """Members that share a piece; every place is known before any content is read."""

    size: int = 0
    """Bytes of the piece."""
    headers: list[tuple[int, bytes]] = field(default_factory=list)
    """With the place of each in the piece."""
    contents: list[tuple[Blob, int]] = field(default_factory=list)
    """With the place of each in the piece."""
    large: Blob | None = None
    """Content of the last member that follows in pieces of its own."""

    def add(self, header: bytes, blob: Blob | None) -> None:
        self.headers.append((self.size, header))
        self.size += len(header)
        if blob is None:
            return
        if is_large(blob):
            self.large = blob
        else:
            self.contents.append((blob, self.size))
            self.size += padded(blob.size)


def tar_pieces(
    entries: Iterable[Entry], blobs: BlobSource, *, faithful: bool
) -> Generator[Piece, None, None]:
    """Yield the tar archive of *entries*; close it, and the threads that made it have ended.

    Raises WimError if a blob is not what it should be.
    """
    jobs = (partial(_filled, group, blobs) for group in _groups(entries, faithful))
    with closing(in_order(jobs, threads=blobs.parallel, ahead=_AHEAD)) as made:
        for piece, large in made:
            yield piece
            if large is not None:
                yield from _content(large, blobs)
    yield _END


def is_large(blob: Blob) -> bool:
    """Whether a file with this content is asked for in pieces of its own."""
    return blob.size > _SMALL


def _groups(entries: Iterable[Entry], faithful: bool) -> Iterator[_Group]:
    group = _Group()
    for entry in entries:
        group.add(header_of(entry, faithful=faithful), entry.blob)
        if group.size >= _PIECE or group.large is not None:
            yield group
            group = _Group()
    if group.size:
        yield group


def _filled(group: _Group, blobs: BlobSource) -> tuple[bytearray, Blob | None]:
    """Return the piece of *group*, content decoded right into it, and what is to follow it."""
    piece = bytearray(group.size)
    for place, header in group.headers:
        piece[place : place + len(header)] = header
    with memoryview(piece) as view:
        blobs.read_into(group.contents, view)
    return piece, group.large


def _content(blob: Blob, blobs: BlobSource) -> Iterator[Piece]:
    """Yield the bytes of *blob* and what fills its last block."""
    size = 0
    for part in blobs.pieces(blob):
        size += len(part)
        yield part
    if size != blob.size:
        raise WimError(
            f"a file in the image has {size} bytes instead of {blob.size}",
            hint="the image is damaged; fetch it again",
        )
    yield bytes(padded(size) - size)
