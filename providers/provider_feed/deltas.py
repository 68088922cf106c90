"""Deltas: a bundle says what its receivers must have, and nothing of it is used if they do not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from feed_format import BASE_TARGET, Base, Publisher, read_feed
from provider_core.digests import Digest
from provider_core.errors import IntegrityError
from provider_core.oci import Descriptor
from provider_core.store import Reader
from provider_core.store.graph import is_document

from .places import FolderPlace
from .publishable import Publishable
from .trusting import OpenedFeed

__all__ = ["base_of", "check_base", "without", "write_base"]

_ANY: Final = "application/octet-stream"
"""The type of a blob whose type does not matter."""


def without(publishables: Iterable[Publishable], known: frozenset[Digest]) -> list[Publishable]:
    """Return *publishables* without the blobs that are *known* to their receivers.

    Manifests and indexes stay: they are small, and a bundle can be verified with them alone.
    """
    return [
        replace(one, blobs=tuple(blob for blob in one.blobs if not _is_left_out(blob, known)))
        for one in publishables
    ]


def write_base(
    publisher: Publisher, publishables: Iterable[Publishable], known: frozenset[Digest]
) -> None:
    """Say what of *publishables* the bundle leaves out, besides what it left out before.

    What it carries by now is left out no longer.  Raises IntegrityError for a damaged bundle.
    """
    data = publisher.file(BASE_TARGET)
    expected = dict(Base.parse(data).blobs) if data is not None else {}
    for one in publishables:
        expected |= {blob.digest: blob.size for blob in one.blobs if _is_left_out(blob, known)}
    missing = {digest: size for digest, size in expected.items() if not publisher.has(digest, size)}
    publisher.set_file(BASE_TARGET, Base(blobs=missing).as_bytes() if missing else None)


def _is_left_out(blob: Descriptor, known: frozenset[Digest]) -> bool:
    return blob.digest in known and not is_document(blob)


def base_of(opened: OpenedFeed) -> Base:
    """Return what the bundle expects to be here; nothing for a feed that leaves nothing out.

    A far side that trusts the publisher alone reads the courier's list of it all the same.

    Raises IntegrityError, NotFoundError, TransportError.
    """
    if opened.is_evidence and isinstance(opened.place, FolderPlace):
        data = read_feed(opened.place.folders[0]).file(BASE_TARGET)
    else:
        data = opened.reader.file(BASE_TARGET)
    return Base(blobs={}) if data is None else Base.parse(data)


def check_base(opened: OpenedFeed, reader: Reader) -> None:
    """Raise IntegrityError unless everything that the bundle leaves out is here."""
    lacking = [
        digest
        for digest, size in base_of(opened).blobs.items()
        if not reader.has(Descriptor(media_type=_ANY, digest=digest, size=size))
    ]
    if lacking:
        more = f" and {len(lacking) - 1} more" if len(lacking) > 1 else ""
        raise IntegrityError(
            f"this bundle builds on content that is not here: {lacking[0]}{more}",
            hint="install the bundles before it first; or send a new `ferry inventory`, and have"
            " a bundle made from that",
            lacking=[str(digest) for digest in lacking],
        )
