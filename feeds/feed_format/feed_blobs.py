"""The blobs of a feed: images poured in from a store, documents written by its publisher."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from provider_core.oci import Descriptor
from provider_core.oci.layout import blob_path
from provider_core.store import Reader, copy

from .feed_folder import FeedFolder

__all__ = ["pour_blobs"]

_BATCH_FILES = 64
_BATCH_BYTES = 64 << 20


def pour_blobs(folder: FeedFolder, reader: Reader, descriptors: Iterable[Descriptor]) -> int:
    """Copy the blobs that the feed lacks from *reader*, each verified; return their bytes.

    Blobs become visible a batch at a time, so that what was copied is kept if this one ends
    early and the next one goes on from there.

    Raises BlobNotFound, DigestMismatch, SizeMismatch, NoSpace, StoreError.
    """
    written = 0
    missing = _missing(folder, descriptors)
    while missing:
        with folder.stage() as files:
            for count, descriptor in enumerate(list(missing.values())):
                if count == _BATCH_FILES or files.size >= _BATCH_BYTES:
                    break
                files.fill(blob_path(descriptor.digest), partial(copy, reader, descriptor))
                del missing[blob_path(descriptor.digest)]
            files.commit()
            written += files.size
    return written


def _missing(folder: FeedFolder, descriptors: Iterable[Descriptor]) -> dict[str, Descriptor]:
    by_path = {blob_path(descriptor.digest): descriptor for descriptor in descriptors}
    return {
        name: descriptor
        for name, descriptor in by_path.items()
        if not folder.has(name, descriptor.size)
    }
