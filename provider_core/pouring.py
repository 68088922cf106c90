"""Bringing a whole image into the store: what belongs to it, and what of it is wanted.

Providers say how one blob is fetched; which blobs make up an image, and in which order they
are needed, is the same for all of them (OCI image-spec, manifest.md and image-index.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from .digests import Digest, Hasher
from .errors import BlobNotFound, DigestMismatch, DocumentError, SizeMismatch
from .model import Content, Held
from .oci import Descriptor, ImageConfig, Index, Manifest, parse_root
from .oci.media_types import is_config, is_index, is_manifest
from .platforms import Platform, PlatformSet, best, nothing_for
from .side_by_side import Fetch, fetch_all
from .store import Reader, Writer

__all__ = [
    "Available",
    "Fetch",
    "Read",
    "Selection",
    "pour_image",
    "read_document",
    "select_held",
    "select_image",
    "select_whole",
]

Read = Callable[[Descriptor], bytes]
"""Returns a small document (manifest, index, config) whole, its digest checked."""
Available = Callable[[Descriptor], bool]
"""Whether the source holds the blob; archives and bundles may hold a part of an index."""

_DOCUMENT_LIMIT = 4 << 20
_MAX_DEPTH = 4
_MAX_MANIFESTS = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What of an image is wanted."""

    descriptors: tuple[Descriptor, ...]
    """Each blob once: indexes, then each manifest with its config and layers, base first."""
    platforms: tuple[Platform, ...]
    """The platforms chosen; () for an artifact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Leaf:
    """A manifest of an index, and what it is for."""

    descriptor: Descriptor
    platform: Platform | None
    """None if it is for no platform: an artifact."""


def _everything(_: Descriptor) -> bool:
    return True


def select_image(
    root: Descriptor, read: Read, platforms: PlatformSet, *, available: Available = _everything
) -> Selection:
    """List the blobs of *root* that *platforms* needs, reading documents only.

    A single manifest is taken whatever it is for: there is nothing to choose.  Of an index come
    the manifest that fits each wanted platform best and those without a platform; attestations
    (``unknown/unknown``) come only when all platforms are wanted.  Entries that are not
    *available* are passed over.

    Raises NotSupported if an index has none of the wanted platforms, BlobNotFound if nothing of
    it is available, DocumentError if documents break their format or bounds.
    """
    walk = _Walk(read, available)
    document = walk.document(root)
    if isinstance(document, Manifest):
        chosen = [_Leaf(descriptor=root, platform=walk.platform_of(document))]
    else:
        leaves = list(walk.leaves(root, document, depth=1))
        if document.manifests and not leaves:
            raise BlobNotFound(document.manifests[0].digest, "the source", hint=_SPARSE_HINT)
        chosen = _choose(leaves, platforms)
    return Selection(
        descriptors=tuple(walk.blobs(chosen)),
        platforms=tuple(dict.fromkeys(_runnable(chosen))),
    )


def pour_image(
    root: Descriptor,
    fetch: Fetch,
    reader: Reader,
    writer: Writer,
    platforms: PlatformSet,
    *,
    available: Available = _everything,
    at_once: int = 1,
) -> Content:
    """Bring what `select_image` chooses of *root* into the store, original bytes throughout.

    *fetch* is called for the blobs that are not here yet, each digest once, and decides what
    to do about layers that are elsewhere (foreign ones).  Documents come first, one by one, then
    the rest, *at_once* at a time, each in a thread of its own if that is more than 1.

    Raises what *fetch* and `select_image` raise; BlobNotFound if *fetch* returned without
    having brought its blob.
    """

    def is_here(descriptor: Descriptor) -> bool:
        return reader.has(descriptor) and _claimed(descriptor, writer)

    def bring(descriptor: Descriptor, into: Writer) -> None:
        fetch(descriptor, into)
        if not reader.has(descriptor):
            raise BlobNotFound(descriptor.digest, "the store", hint="its source left it out")

    def read(descriptor: Descriptor) -> bytes:
        if not is_here(descriptor):
            bring(descriptor, writer)
        return reader.read(descriptor)

    selection = select_image(root, read, platforms, available=available)
    lacking = [blob for blob in selection.descriptors if not is_here(blob)]
    fetch_all(lacking, bring, writer, at_once)
    return Content(root=root, platforms=selection.platforms)


def select_held(root: Descriptor, held: Held, reader: Reader) -> Selection:
    """Choose the platforms that *held* names; with all that are here, attestations come too.

    The store may have more of the root than the image has: what an earlier save has cached, or
    what another name of it has.
    """
    if set(held.platforms) == set(held.content.platforms):
        whole = select_whole(root, reader)
        if set(whole.platforms) <= set(held.platforms):
            return whole
    wanted = PlatformSet.of(*held.platforms)
    return select_image(root, reader.read, wanted, available=reader.has)


def select_whole(root: Descriptor, reader: Reader) -> Selection:
    """Choose whatever of *root* is whole in the store."""

    def is_whole(entry: Descriptor) -> bool:
        # The manifest of a platform that nobody wanted may be here without its layers: where
        # an index does not say what its manifests are for, they were read to find out.
        if not reader.has(entry):
            return False
        if not is_manifest(entry.media_type):
            return True
        manifest = Manifest.parse(reader.read(entry), media_type=entry.media_type)
        return all(map(reader.has, (manifest.config, *manifest.layers)))

    return select_image(root, reader.read, PlatformSet.all(), available=is_whole)


def read_document(stream: BinaryIO, descriptor: Descriptor) -> bytes:
    """Read a manifest, index or config to its promised end, at most 4 MiB, and check it.

    Raises DocumentError above 4 MiB, SizeMismatch, DigestMismatch.
    """
    _check_size(descriptor)
    data = bytearray()
    while piece := stream.read(descriptor.size + 1 - len(data)):
        data += piece
    if len(data) != descriptor.size:
        raise SizeMismatch(descriptor.size, len(data), what=str(descriptor.digest))
    hasher = Hasher(descriptor.digest.algorithm)
    hasher.update(data)
    if hasher.digest() != descriptor.digest:
        raise DigestMismatch(descriptor.digest, hasher.digest())
    return bytes(data)


def _check_size(descriptor: Descriptor) -> None:
    if descriptor.size > _DOCUMENT_LIMIT:
        raise DocumentError(
            f"{descriptor.size} bytes, more than {_DOCUMENT_LIMIT}", what=str(descriptor.digest)
        )


def _claimed(descriptor: Descriptor, writer: Writer) -> bool:
    """Put a blob that is here under the writer's lease; False if it was collected meanwhile."""
    partial = writer.expect(descriptor)
    if partial is None:
        return True
    partial.close()
    return False


_SPARSE_HINT = "it holds a part of the image only, and not this one; save the image again"


class _Walk:
    """Goes down from a root; every document is read once."""

    def __init__(self, read: Read, available: Available) -> None:
        self._read = read
        self._available = available
        self._documents: dict[Digest, Manifest | Index] = {}
        self._indexes: dict[Digest, Descriptor] = {}

    def document(self, descriptor: Descriptor) -> Manifest | Index:
        """Return the manifest or index that *descriptor* names."""
        known = self._documents.get(descriptor.digest)
        if known is None:
            if len(self._documents) >= _MAX_MANIFESTS:
                raise DocumentError(f"more than {_MAX_MANIFESTS} manifests", what="image")
            data = self._bounded(descriptor)
            known = parse_root(data, media_type=descriptor.media_type)
            self._documents[descriptor.digest] = known
            if isinstance(known, Index):
                self._indexes[descriptor.digest] = descriptor
        return known

    def leaves(self, descriptor: Descriptor, index: Index, depth: int) -> Iterator[_Leaf]:
        """Yield the manifests below *index*, those of nested indexes in their place."""
        if depth > _MAX_DEPTH:
            raise DocumentError(
                f"indexes are nested more than {_MAX_DEPTH} deep", what=str(descriptor.digest)
            )
        for entry in index.manifests:
            if not self._available(entry):
                continue
            if is_index(entry.media_type):
                nested = self.document(entry)
                if isinstance(nested, Index):
                    yield from self.leaves(entry, nested, depth + 1)
            elif is_manifest(entry.media_type):
                yield _Leaf(descriptor=entry, platform=entry.platform or self._read_platform(entry))

    def platform_of(self, manifest: Manifest) -> Platform | None:
        """Return what the config says the image is for; None for an artifact."""
        if manifest.artifact_type or not is_config(manifest.config.media_type):
            return None
        return ImageConfig.parse(self._bounded(manifest.config)).platform

    def blobs(self, chosen: Sequence[_Leaf]) -> Iterator[Descriptor]:
        """Yield the indexes met so far and the blobs of the *chosen* manifests, each once."""
        seen = set(self._indexes)
        yield from self._indexes.values()
        for leaf in chosen:
            manifest = self.document(leaf.descriptor)
            if isinstance(manifest, Manifest):
                for blob in (leaf.descriptor, manifest.config, *manifest.layers):
                    if blob.digest not in seen:
                        seen.add(blob.digest)
                        yield blob

    def _read_platform(self, descriptor: Descriptor) -> Platform | None:
        manifest = self.document(descriptor)
        return self.platform_of(manifest) if isinstance(manifest, Manifest) else None

    def _bounded(self, descriptor: Descriptor) -> bytes:
        _check_size(descriptor)
        return self._read(descriptor)


def _runnable(leaves: Iterable[_Leaf]) -> Iterator[Platform]:
    for leaf in leaves:
        if leaf.platform is not None and not leaf.platform.is_unknown:
            yield leaf.platform.normalized


def _choose(leaves: Sequence[_Leaf], wanted: PlatformSet) -> list[_Leaf]:
    """Return those of *leaves* that *wanted* needs, in the order of the index."""
    if wanted.is_all:
        return list(leaves)
    offered = [leaf for leaf in leaves if leaf.platform is not None]
    platforms = [leaf.platform for leaf in offered if leaf.platform is not None]
    picks = [best(platforms, platform) for platform in wanted]
    picked = {offered[pick].descriptor.digest for pick in picks if pick is not None}
    if offered and not picked:
        raise nothing_for(wanted, _runnable(leaves))
    return [leaf for leaf in leaves if leaf.platform is None or leaf.descriptor.digest in picked]
