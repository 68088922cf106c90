"""Making a layer: decoded, hashed and compressed on threads of their own, into the store."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from provider_core.context import Context
from provider_core.digests import Digest, Hasher
from provider_core.oci import Descriptor
from provider_core.store import Writer

from ..tree import BlobSource
from .compressors import LayerCompression
from .entries import Entry
from .tar_pieces import is_large, tar_pieces

__all__ = ["MadeLayer", "make_layer"]

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
    blobs.announce(filter(is_large, content))
    context.progress.start(label, label, sum(blob.size for blob in content))
    hasher, compressor = Hasher(), compression.start()
    with (
        writer.compute(_LIMIT) as computed,
        closing(tar_pieces(entries, blobs, faithful=faithful)) as pieces,
        ThreadPoolExecutor(1, thread_name_prefix="hashing") as hashing,
    ):
        for piece in pieces:
            context.check()
            hashed = hashing.submit(hasher.update, piece)
            computed.write(compressor.compress(piece))
            hashed.result()
            context.progress.advance(label, len(piece))
        computed.write(compressor.flush())
        descriptor = computed.commit(compression.media_type)
    context.progress.done(label)
    return MadeLayer(descriptor=descriptor, diff_id=hasher.digest())
