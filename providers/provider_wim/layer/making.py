"""Making a layer: decoded on one thread, hashed and compressed on another, into the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from provider_core.context import Context
from provider_core.digests import Digest, Hasher
from provider_core.oci import Descriptor
from provider_core.store import Writer

from ..ahead import ahead
from ..tree import BlobSource
from .compressors import LayerCompression
from .entries import Entry
from .tar_pieces import tar_pieces

__all__ = ["MadeLayer", "make_layer"]

_AHEAD: Final = 4
"""Pieces between the threads, 1 MiB and a bit each."""
_LIMIT: Final = 1 << 62
"""A layer may be as large as the disk; what a WIM unpacks to is bounded where it is read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeLayer:
    """A layer in the store."""

    descriptor: Descriptor
    diff_id: Digest
    """SHA-256 of the tar archive without compression."""


def make_layer(
    entries: Sequence[Entry],
    blobs: BlobSource,
    compression: LayerCompression,
    writer: Writer,
    context: Context,
    *,
    label: str,
    faithful: bool,
) -> MadeLayer:
    """Put the layer of *entries* into the store; nothing stays of it if that fails.

    Raises WimError for damaged blobs, NoSpace, and whatever the host gives up with.
    """
    content = [entry.blob for entry in entries if entry.blob is not None]
    blobs.announce(content)
    context.progress.start(label, label, sum(blob.size for blob in content))
    hasher, compressor = Hasher(), compression.start()
    pieces = tar_pieces(entries, blobs, faithful=faithful)
    with writer.compute(_LIMIT) as computed, ahead(pieces, _AHEAD) as ready:
        for piece in ready:
            context.check()
            hasher.update(piece)
            computed.write(compressor.compress(piece))
            context.progress.advance(label, len(piece))
        computed.write(compressor.flush())
        descriptor = computed.commit(compression.media_type)
    context.progress.done(label)
    return MadeLayer(descriptor=descriptor, diff_id=hasher.digest())
