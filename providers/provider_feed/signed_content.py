"""Everything signed that a feed's folder has to hold beside its images, read and checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from feed_format import (
    BASE_TARGET,
    SERIES_TARGET,
    Base,
    Document,
    PublishedFeed,
    Series,
    TargetList,
    evidence_base,
    fetch_document,
    fingerprint_of,
    show_fingerprint,
)
from feed_format.feed_folder import FeedFolder
from feed_format.paths import SHARD_COUNT, SHARDS, shard_target, target_file
from feed_format.published_state import load_publication, load_roots
from feed_format.target_list import fetch_exact, fetch_shard
from provider_core.digests import Digest
from provider_core.errors import IntegrityError, NotFoundError
from provider_core.oci.layout import blob_path

from .places import FolderPlace

__all__ = ["SignedContent", "signed_content"]

_Wrong = IntegrityError, NotFoundError


@dataclass(slots=True, kw_only=True)
class SignedContent:
    """What could be read of it."""

    documents: list[Document] = field(default_factory=list)
    """What is said of each name."""
    base: dict[Digest, int] = field(default_factory=dict)
    """Size in bytes of each blob that is left out on purpose."""
    series: Series | None = None
    """Which bundle it is; None if it is none."""
    problems: list[str] = field(default_factory=list)
    """What is missing or damaged, a sentence each."""


def signed_content(feed: PublishedFeed) -> SignedContent:
    """Read every signed file of *feed*, and the evidence that it carries.  Raises StoreError."""
    content, folder = SignedContent(), FeedFolder(feed.path)
    if feed.publication is None:
        content.problems.append("it has no trust/timestamp.json, so nobody can read it")
        return content
    content.problems += _files(folder, feed.publication.list, content)
    content.problems += _documents(folder, feed.publication.list, content)
    for publisher in FolderPlace((feed.path,)).publishers():
        told = f"the evidence of the publisher {show_fingerprint(publisher)}: "
        content.problems += [told + problem for problem in _evidence(folder, publisher)]
    return content


def _files(folder: FeedFolder, listed: TargetList, content: SignedContent) -> Iterator[str]:
    """Read the files beside the shards; yield what is wrong."""
    for target, ref in listed.files.items():
        if target.startswith(f"{SHARDS}/"):
            continue
        try:
            path = target_file(target, ref.digest)
            data = fetch_exact(folder.read, path, ref.digest, ref.size)
            if target == BASE_TARGET:
                content.base |= Base.parse(data).blobs
            if target == SERIES_TARGET:
                content.series = Series.parse(data)
        except _Wrong as error:
            yield error.message


def _documents(folder: FeedFolder, listed: TargetList, content: SignedContent) -> Iterator[str]:
    """Read shards and documents; yield what is wrong."""
    for number in range(SHARD_COUNT):
        try:
            names = fetch_shard(folder.read, listed, number).names
        except _Wrong as error:
            yield error.message
            continue
        for ref in names.values():
            try:
                content.documents.append(fetch_document(folder.read, ref))
            except _Wrong as error:
                yield f"{ref.name}: {error.message}"


def _evidence(folder: FeedFolder, publisher: Digest) -> Iterator[str]:
    """Read what is carried of a *publisher*'s signed files; yield what is wrong."""
    base = evidence_base(publisher)
    try:
        roots = load_roots(folder, base=base)
        publication = load_publication(folder, roots[-1], base=base)
    except _Wrong as error:
        yield error.message
        return
    if publication is None or fingerprint_of(roots[0]) != publisher:
        yield "its pointer is missing" if publication is None else "it is another publisher's"
        return
    for number in range(SHARD_COUNT):
        try:
            _check_carried(folder, publication.list, number, base)
        except _Wrong as error:
            yield error.message


def _check_carried(folder: FeedFolder, listed: TargetList, number: int, base: str) -> None:
    """Raise IntegrityError if the shard *number*, or a document of it, is here and damaged."""
    if not folder.has(target_file(shard_target(number), listed.shard(number).digest, base=base)):
        return
    for ref in fetch_shard(folder.read, listed, number, base=base).names.values():
        if folder.has(blob_path(ref.digest)):
            fetch_document(folder.read, ref)
