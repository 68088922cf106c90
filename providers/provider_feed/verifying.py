"""Verifying a feed or bundle where it lies: signatures, documents, evidence, and every blob."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from feed_format import (
    Document,
    PublishedFeed,
    is_feed,
    read_feed,
    show_fingerprint,
    unlike_checksums,
)
from feed_format.feed_folder import FeedFolder
from feed_format.paths import piece_path
from provider_core.context import Context
from provider_core.digests import Digest
from provider_core.disk.durable import open_regular
from provider_core.disk.failures import disk_errors
from provider_core.errors import IntegrityError, NotFoundError
from provider_core.model import Verdict
from provider_core.oci import Descriptor
from provider_core.oci.layout import blob_path
from provider_core.pouring import read_document
from provider_core.store.graph import walk

from .feed_folders import volumes_in
from .identity import PROVIDER
from .known_root import KnownRoot
from .medium_files import MediumFiles
from .signed_content import SignedContent, signed_content
from .volume_verifying import VolumePart, part_of, verdict_of_all

__all__ = ["verdicts"]


def verdicts(path: Path, context: Context) -> Iterator[Verdict]:
    """Yield what there is to say of the feed in the folder *path*.

    All that it signs, offers or carries as evidence is read to the last byte.  Volumes in it are
    verified one by one, and then it is told whether all of them are there.
    Raises NoSuchFile if it is no feed, StoreError if it cannot be read.
    """
    volumes = () if is_feed(path) else volumes_in(path)
    for folder in volumes or (path,):
        yield _verified(folder, context)
    if volumes:
        yield verdict_of_all(path)


def _verified(path: Path, context: Context) -> Verdict:
    try:
        feed = read_feed(path)
    except IntegrityError as error:
        return Verdict(place=str(path), kind="feed", problems=(error.message,))
    content, part = signed_content(feed), None
    try:
        part = part_of(feed)
    except (IntegrityError, NotFoundError) as error:
        content.problems.append(error.message)
    medium = _Medium(path, content, part, context)
    wrong = (*content.problems, *medium.problems(content.documents), *medium.problems_of_pieces())
    problems = tuple(dict.fromkeys(wrong))
    problems += tuple(_told_by_checksums(FeedFolder(path), problems))
    ended = min(state.expires for state in feed.states)
    if ended <= context.clock():
        problems = (f"its signatures ended on {ended:%Y-%m-%d}", *problems)
    return Verdict(
        place=str(path),
        kind=part.name if part else "bundle" if content.series else "feed",
        series=f"{content.series.id} {content.series.version}" if content.series else "",
        problems=problems,
        contents=tuple(str(package) for one in content.documents for package in one.packages),
        signed_by=show_fingerprint(feed.fingerprint),
        known_as=tuple(_known_as(feed, context)),
        until=ended.isoformat(timespec="seconds"),
        needs=tuple(content.base),
        size=medium.read,
    )


def _told_by_checksums(folder: FeedFolder, told: tuple[str, ...]) -> Iterator[str]:
    """Yield what is wrong with files that nobody signs, such as the layout's `index.json`."""
    for path, problem in unlike_checksums(folder):
        name = path.rpartition("/")[2]
        if not any(name in one for one in told):
            yield problem


class _Medium:
    """The blobs of one feed, or of one volume, and its pieces."""

    def __init__(
        self, path: Path, content: SignedContent, part: VolumePart | None, context: Context
    ) -> None:
        self._folder = FeedFolder(path)
        self._files = MediumFiles(self._folder, context)
        self._part = part
        self._base = content.base

    @property
    def read(self) -> int:
        """Bytes read so far."""
        return self._files.read

    def problems(self, documents: Iterable[Document]) -> Iterator[str]:
        """Yield what is missing or damaged of everything that *documents* offer."""
        roots = [
            pin
            for document in documents
            for pin in (*(one.pin for one in document.packages), *document.referrers)
            if isinstance(pin, Descriptor)
        ]
        blobs: list[Descriptor] = []
        faults: list[str] = []
        try:
            for link in walk(roots, self._document):
                if link.needed or self._folder.has(blob_path(link.descriptor.digest)):
                    blobs.append(link.descriptor)
        except IntegrityError as error:
            faults.append(error.message)
        yield from self._problems_of(blobs)
        yield from faults

    def problems_of_pieces(self) -> Iterator[str]:
        """Yield what is missing or damaged of the pieces that a volume has."""
        if self._part is None:
            return
        if not self._part.is_known:
            yield "its volume.json does not say which volume it is"
        names = [piece_path(piece.digest) for piece in self._part.pieces]
        found = self._files.hashed([(name, "sha256") for name in names])
        for piece, name in zip(self._part.pieces, names, strict=True):
            if name not in found:
                yield f"the piece {piece.digest} is missing"
            elif found[name] != (piece.length, piece.digest):
                yield f"the piece {piece.digest} of {piece.blob} is damaged"

    def _document(self, descriptor: Descriptor) -> bytes | None:
        """Return a manifest or index; None if it is not there or damaged, as `_blob` tells."""
        path = self._folder.path(blob_path(descriptor.digest))
        try:
            with disk_errors(path), open(open_regular(path), "rb") as file:
                return read_document(file, descriptor)
        except (IntegrityError, FileNotFoundError, NotFoundError):
            return None

    def _problems_of(self, blobs: Sequence[Descriptor]) -> Iterator[str]:
        wanted = [blob.digest for blob in blobs]
        found = self._files.hashed([(blob_path(one), one.algorithm) for one in wanted])
        for blob in blobs:
            here = found.get(blob_path(blob.digest))
            if here is None:
                if blob.digest not in self._base and not self._is_elsewhere(blob.digest):
                    yield f"{blob.digest} is missing"
            elif here != (blob.size, blob.digest):
                yield f"{blob.digest} is damaged: it has {here[0]} bytes of {here[1]}"

    def _is_elsewhere(self, digest: Digest) -> bool:
        return self._part is not None and digest in self._part.elsewhere


def _known_as(feed: PublishedFeed, context: Context) -> Iterator[str]:
    for source in context.catalog.sources():
        known = KnownRoot.from_options(source.options) if source.provider == PROVIDER else None
        if known is not None and known.digest in (feed.fingerprint, Digest.of(feed.root)):
            yield source.name
