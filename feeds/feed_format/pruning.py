"""Pruning: which versions are too many, and which files nothing needs any more."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tuf.api.metadata import Targets

from provider_core.digests import Digest
from provider_core.errors import DigestMismatch, IntegrityError, NotFoundError
from provider_core.oci import Descriptor
from provider_core.oci.layout import (
    BLOBS_FOLDER,
    INDEX_FILE,
    LAYOUT_INDEX_LIMIT,
    blob_path,
    parse_layout_index,
)
from provider_core.store.graph import walk
from provider_core.versions import Version

from .documents import DOCUMENT_LIMIT, Document, Key, package_key
from .feed_folder import FeedFolder
from .paths import PUBLISHERS, SHARD_COUNT, SHARDS, TARGETS, TRUST, role_file, target_file
from .published_state import METADATA_LIMIT, Publication
from .shards import SHARD_LIMIT, Shard
from .signing import read_metadata
from .target_list import TargetList, fetch_exact, fetch_shard

__all__ = ["Pruned", "outdated", "sweep"]

_NUMBERED = re.compile(r"([1-9]\d*)\.(snapshot|targets)\.json", re.ASCII)
_SHARD_FILE = re.compile(r"[0-9a-f]{64}\.([0-9a-f]{2})\.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What pruning removed."""

    versions: int
    """Packages that are no longer offered."""
    files: int
    """Files of every kind."""
    size: int
    """Bytes of those files."""


def outdated(document: Document, newest: int) -> frozenset[Key]:
    """Return what is beyond the *newest* versions of each variant; labels are never outdated."""
    variants: defaultdict[str, defaultdict[bytes, list[Key]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for package in document.packages:
        version = Version.parse(package.version)
        if not version.is_label:
            variants[version.variant][version.key].append(package_key(package))
    return frozenset(
        key
        for versions in variants.values()
        for version in sorted(versions, reverse=True)[newest:]
        for key in versions[version]
    )


def sweep(
    folder: FeedFolder, current: Publication, now: datetime, retention: timedelta
) -> tuple[int, int]:
    """Remove what neither *current* nor a list it replaced within *retention* needs.

    Return how many files and bytes that was.  The caller holds the feed's lock.

    Raises IntegrityError if the current publication is damaged, StoreError.
    """
    lists = dict(_living(folder, current, now - retention))
    needed = {role_file("targets", version) for version in lists}
    needed |= {*_in_index(folder), *_in_evidence(folder)}
    for version, files in lists.items():
        try:
            needed |= set(_needed_by(folder, files))
        except (IntegrityError, NotFoundError):
            # An old list whose files are gone already keeps what it still names; the current
            # one has to be whole.
            if version == current.targets.version:
                raise
    oldest = min(lists)
    count = size = 0
    for name in list(_candidates(folder, oldest)):
        if name not in needed:
            size += folder.remove(name)
            count += 1
    return count, size


def _living(
    folder: FeedFolder, current: Publication, horizon: datetime
) -> Iterator[tuple[int, TargetList]]:
    """Yield the current list and those that were replaced after *horizon*, by version."""
    yield current.targets.version, current.list
    replaced = current.list.published
    versions = sorted(
        (
            int(match[1])
            for name in folder.names(TRUST)
            if (match := _NUMBERED.fullmatch(name)) and match[2] == Targets.type
        ),
        reverse=True,
    )
    for version in versions:
        if version >= current.targets.version:
            continue
        if replaced <= horizon:
            return
        try:
            data = folder.read(role_file(Targets.type, version), METADATA_LIMIT)
            files = TargetList.read(read_metadata(Targets, data, "targets").signed)
        except (IntegrityError, NotFoundError):
            return
        yield version, files
        replaced = files.published


def _needed_by(folder: FeedFolder, files: TargetList) -> Iterator[str]:
    for target, ref in files.files.items():
        yield target_file(target, ref.digest)
    for number in range(SHARD_COUNT):
        for entry in fetch_shard(folder.read, files, number).names.values():
            yield blob_path(entry.digest)
            document = Document.parse(
                fetch_exact(folder.read, blob_path(entry.digest), entry.digest, entry.size)
            )
            yield from _blobs_of(folder, document)


def _blobs_of(folder: FeedFolder, document: Document) -> Iterator[str]:
    pins = [package.pin for package in document.packages if isinstance(package.pin, Descriptor)]

    def load(descriptor: Descriptor) -> bytes | None:
        try:
            data = folder.read(blob_path(descriptor.digest), DOCUMENT_LIMIT)
        except NotFoundError:
            return None
        if Digest.of(data) != descriptor.digest:
            raise DigestMismatch(descriptor.digest, Digest.of(data), what=document.name)
        return data

    for link in walk((*pins, *document.referrers), load):
        yield blob_path(link.descriptor.digest)


def _in_index(folder: FeedFolder) -> Iterator[str]:
    """Yield what index.json names: it may have indexes of its own, which no document names."""
    try:
        index = parse_layout_index(folder.read(INDEX_FILE, LAYOUT_INDEX_LIMIT))
    except (IntegrityError, NotFoundError):
        return
    for entry in index.manifests:
        yield blob_path(entry.digest)


def _in_evidence(folder: FeedFolder) -> Iterator[str]:
    """Yield the documents that other publishers' shards name; those that are carried are there."""
    for publisher in folder.names(PUBLISHERS):
        shards = f"{PUBLISHERS}/{publisher}/{TARGETS}/{SHARDS}"
        for name in folder.names(shards):
            if match := _SHARD_FILE.fullmatch(name):
                data = folder.read(f"{shards}/{name}", SHARD_LIMIT)
                for ref in Shard.parse(data, int(match[1], 16)).names.values():
                    yield blob_path(ref.digest)


def _candidates(folder: FeedFolder, oldest: int) -> Iterator[str]:
    """Yield everything that could be left over; metadata of lists from *oldest* on is not."""
    for name in folder.names(TRUST):
        match = _NUMBERED.fullmatch(name)
        if match and (match[2] == Targets.type or int(match[1]) < oldest):
            yield f"{TRUST}/{name}"
    algorithms = (f"{BLOBS_FOLDER}/{name}" for name in folder.names(BLOBS_FOLDER))
    for place in (f"{TRUST}/{TARGETS}", f"{TRUST}/{TARGETS}/{SHARDS}", *algorithms):
        for name in folder.names(place):
            if folder.has(f"{place}/{name}"):
                yield f"{place}/{name}"
