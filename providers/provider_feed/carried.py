"""What a bundle carries of another publisher's feed: the names whose signed files are there."""

from __future__ import annotations

from collections.abc import Iterator

from feed_format import Document, fetch_document
from feed_format.paths import SHARD_COUNT
from provider_core.errors import NotFoundError

from .trusting import OpenedFeed

__all__ = ["carried_names"]


def carried_names(opened: OpenedFeed) -> Iterator[Document]:
    """Yield the documents that are there; shards and documents of other names are not carried.

    Raises IntegrityError for one that was changed, TransportError, StoreError.
    """
    for number in range(SHARD_COUNT):
        try:
            names = opened.reader.shard(number).names
        except NotFoundError:
            continue
        for ref in names.values():
            try:
                yield fetch_document(opened.place.fetch, ref)
            except NotFoundError:
                continue
