"""The bytes of a layer: headers and content, in large pieces."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
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
"""Bytes of a piece, about: small files must not cost a call each further down."""
_AHEAD: Final = 4
"""Pieces that are made before they are needed."""
_END: Final = bytes(2 * BLOCK)


def tar_pieces(
    entries: Iterable[Entry], blobs: BlobSource, *, faithful: bool
) -> Generator[Piece, None, None]:
    """Yield the tar archive of *entries*; close it, and the threads that made it have ended.

    Raises WimError if a blob is not what it should be.
    """
    jobs = (partial(_piece, group, blobs, faithful) for group in _groups(entries))
    with closing(in_order(jobs, threads=blobs.parallel, ahead=_AHEAD)) as made:
        for piece, large in made:
            yield piece
            if large is not None:
                yield from _content(large, blobs)
    yield _END


def is_large(blob: Blob) -> bool:
    """Whether a file with this content is asked for in pieces of its own."""
    return blob.size > _SMALL


def _groups(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Yield the members that share a piece; one with much content is the last of its group."""
    group: list[Entry] = []
    size = 0
    for entry in entries:
        group.append(entry)
        size += 3 * BLOCK  # its header, as a rule
        if entry.blob is not None:
            size += entry.blob.size
        if size >= _PIECE:
            yield group
            group, size = [], 0
    if group:
        yield group


def _piece(group: list[Entry], blobs: BlobSource, faithful: bool) -> tuple[bytearray, Blob | None]:
    """Return headers and content of *group*, but for content that follows in pieces of its own.

    Every place is known before anything is read, so that content is decoded right into it.
    """
    headers: list[tuple[int, bytes]] = []
    contents: list[tuple[Blob, int]] = []
    size = 0
    for entry in group:
        header = header_of(entry, faithful=faithful)
        headers.append((size, header))
        size += len(header)
        blob = entry.blob
        if blob is not None and blob.size <= _SMALL:
            contents.append((blob, size))
            size += padded(blob.size)
    piece = bytearray(size)
    for place, header in headers:
        piece[place : place + len(header)] = header
    with memoryview(piece) as view:
        blobs.read_into(contents, view)
    last = group[-1].blob
    return piece, last if last is not None and is_large(last) else None


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
