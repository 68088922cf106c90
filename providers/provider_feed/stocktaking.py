"""Taking stock: what of a home goes into its inventory, for whoever sends to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from feed_format import PinnedFeed
from provider_core.digests import Digest
from provider_core.model import Installed, Source
from provider_core.oci import Descriptor

from .identity import PROVIDER
from .known_root import KnownRoot

__all__ = ["followed_feeds", "needed_roots", "sizes"]


def needed_roots(images: Iterable[Installed]) -> list[Descriptor]:
    """Return what keeps the content of *images* in the store.

    Content that nothing needs is not counted: it may be gone when the next bundle comes.
    """
    return [blob for image in images for blob in image.content.blobs]


def sizes(blobs: Iterable[Descriptor]) -> dict[Digest, int]:
    """Return the size of each of *blobs*, in bytes."""
    return {blob.digest: blob.size for blob in blobs}


def followed_feeds(
    sources: Iterable[tuple[Source, Mapping[str, str]]],
) -> Iterator[PinnedFeed]:
    """Yield the feeds among *sources* that a root is pinned of; each comes with its facts."""
    for source, facts in sources:
        known = KnownRoot.from_options(source.options) if source.provider == PROVIDER else None
        if known is not None:
            yield PinnedFeed(
                fingerprint=known.digest,
                root_version=known.version,
                series=facts.get("series", ""),
                bundle=int(facts.get("bundle", 0)),
            )
