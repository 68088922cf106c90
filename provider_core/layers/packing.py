"""The bytes of a layer on their way into a store: hashed, compressed, hashed again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from isal import isal_zlib

from ..digests import Digest, Hasher
from ..oci import Descriptor
from ..oci.media_types import OCI_LAYER_GZIP

__all__ = ["Blob", "LayerPacker", "PackedLayer", "pack", "packed_limit"]

_LEVEL = 2
"""Of isal 0 to 3: many times as fast as zlib, its files about a tenth larger."""
_PIECE = 1 << 20
"""Bytes compressed at once: with other pieces other bytes would come out."""
_GZIP_WINDOW = 31
"""zlib's window of 15 bits, and 16 for a gzip header without name and time."""


class Blob(Protocol):
    """Where a blob is written whose digest is not known yet (store.Computed)."""

    def write(self, data: bytes) -> None:
        """Append *data*."""

    def commit(self, media_type: str) -> Descriptor:
        """Make it visible, durably."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackedLayer:
    """A layer in the store."""

    descriptor: Descriptor
    diff_id: Digest
    """Digest of the uncompressed archive."""


class LayerPacker:
    """Takes an uncompressed archive and writes it to a blob, as gzip.

    The same archive gives the same blob with the same release of isal, and the same diff_id
    always.
    """

    def __init__(self, blob: Blob) -> None:
        self._blob = blob
        self._hasher = Hasher()
        self._waiting = bytearray()
        self._packer: Any = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _GZIP_WINDOW)

    def write(self, piece: bytes) -> None:
        """Append *piece*."""
        self._hasher.update(piece)
        self._waiting += piece
        while len(self._waiting) >= _PIECE:
            self._blob.write(self._packer.compress(bytes(self._waiting[:_PIECE])))
            del self._waiting[:_PIECE]

    def finish(self) -> PackedLayer:
        """Make the blob visible; nothing may be written after it."""
        self._blob.write(self._packer.compress(bytes(self._waiting)))
        self._blob.write(self._packer.flush())
        descriptor = self._blob.commit(OCI_LAYER_GZIP)
        return PackedLayer(descriptor=descriptor, diff_id=self._hasher.digest())


def pack(pieces: Iterable[bytes], blob: Blob) -> PackedLayer:
    """Write the uncompressed archive in *pieces* to *blob*, and make it visible."""
    packer = LayerPacker(blob)
    for piece in pieces:
        packer.write(piece)
    return packer.finish()


def packed_limit(size: int) -> int:
    """Return how many bytes gzip needs at most for *size* bytes (RFC 1951, stored blocks)."""
    return size + size // 1000 + (1 << 16)
