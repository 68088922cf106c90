"""The bytes of a layer: headers and content, in large pieces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from provider_core.errors import WimError
from provider_core.tar.headers import BLOCK, padded

from ..tree import Blob, BlobSource, Piece
from .entries import Entry
from .headers import header_of

__all__ = ["PIECE", "tar_pieces"]

PIECE: Final = 1 << 20
"""Bytes at least, but for the last: small files must not cost a call each further down."""
_END: Final = bytes(2 * BLOCK)


def tar_pieces(
    entries: Iterable[Entry], blobs: BlobSource, *, faithful: bool
) -> Iterator[bytearray]:
    """Yield the tar archive of *entries*; a piece belongs to whoever got it.

    Raises WimError if a blob is not what it should be.
    """
    piece = bytearray()
    for entry in entries:
        piece += header_of(entry, faithful=faithful)
        if entry.blob is not None:
            for part in _content(entry.blob, blobs):
                piece += part
                if len(piece) >= PIECE:
                    yield piece
                    piece = bytearray()
        if len(piece) >= PIECE:
            yield piece
            piece = bytearray()
    piece += _END
    yield piece


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
