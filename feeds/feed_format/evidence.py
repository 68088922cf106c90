"""Evidence: another publisher's own signed files, carried unchanged inside a bundle.

A far side that pinned the publisher verifies what came from it without trusting the courier.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from provider_core.digests import Digest
from provider_core.errors import PackageNotFound
from provider_core.oci.layout import blob_path
from provider_core.references import name_key

from .feed_folder import FeedFolder, Fetch
from .fingerprints import fingerprint_of
from .paths import evidence_base, role_file, shard_target, target_file
from .root_chain import ROOT_LIMIT
from .shards import Shard, shard_number
from .target_list import EMPTY_REF, fetch_exact
from .trusted_feed import TrustedFeed

__all__ = ["Evidence", "collect_evidence", "write_evidence"]

_POINTER = "timestamp.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Signed files by which some names of a publisher's feed can be verified elsewhere."""

    fingerprint: Digest
    """Of the publisher's first root."""
    files: Mapping[str, bytes] = field(hash=False, repr=False)
    """By their path in the feed that carries them; the pointer is the last."""


def collect_evidence(fetch: Fetch, feed: TrustedFeed, names: Iterable[str]) -> Evidence:
    """Return the evidence of *names*: metadata, shards and documents of the publisher's *feed*.

    Raises PackageNotFound for a name that is not in it, IntegrityError, NotFoundError,
    TransportError.
    """
    metadata = {**_earlier_roots(fetch, feed), **feed.metadata}
    fingerprint = fingerprint_of(metadata["1.root.json"])
    base = evidence_base(fingerprint)
    files: dict[str, bytes] = {}
    for name in names:
        files |= _content(fetch, feed, name, base)
    files |= {f"{base}/{name}": data for name, data in metadata.items() if name != _POINTER}
    files[f"{base}/{_POINTER}"] = metadata[_POINTER]
    return Evidence(fingerprint=fingerprint, files=files)


def write_evidence(folder: FeedFolder, evidence: Evidence) -> None:
    """Put *evidence* into the feed in *folder*, the pointer last.  Raises NoSpace, StoreError."""
    pointer = f"{evidence_base(evidence.fingerprint)}/{_POINTER}"
    with folder.stage() as files:
        for name, data in evidence.files.items():
            if name != pointer:
                files.add(name, data)
        files.commit()
    folder.replace(pointer, evidence.files[pointer])


def _content(fetch: Fetch, feed: TrustedFeed, name: str, base: str) -> dict[str, bytes]:
    """Return the shard and the document of *name*, by their paths where *base* carries them."""
    number = shard_number(name)
    ref = feed.list.shard(number)
    if ref == EMPTY_REF:
        raise PackageNotFound(name)
    place = target_file(shard_target(number), ref.digest, base=feed.base)
    shard = fetch_exact(fetch, place, ref.digest, ref.size)
    document = Shard.parse(shard, number).names.get(name_key(name))
    if document is None:
        raise PackageNotFound(name)
    path = blob_path(document.digest)
    return {
        target_file(shard_target(number), ref.digest, base=base): shard,
        path: fetch_exact(fetch, path, document.digest, document.size),
    }


def _earlier_roots(fetch: Fetch, feed: TrustedFeed) -> dict[str, bytes]:
    """Return the roots before the one that verifying began with, for those who pinned these."""
    versions = (int(name.partition(".")[0]) for name in feed.metadata if name.endswith("root.json"))
    return {
        f"{version}.root.json": fetch(role_file("root", version, base=feed.base), ROOT_LIMIT)
        for version in range(1, min(versions))
    }
