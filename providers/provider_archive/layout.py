"""An OCI image layout, in a folder or an archive: what index.json lists, and its blobs."""

from __future__ import annotations

from typing import BinaryIO

from provider_core.digests import Digest
from provider_core.errors import BlobNotFound, SizeMismatch
from provider_core.oci import Descriptor, Manifest
from provider_core.oci.annotations import CONTAINERD_NAME, REF_NAME
from provider_core.oci.layout import (
    INDEX_FILE,
    LAYOUT_FILE,
    LAYOUT_INDEX_LIMIT,
    LAYOUT_LIMIT,
    blob_path,
    parse_layout,
    parse_layout_index,
)
from provider_core.oci.media_types import is_foreign_layer, is_index, is_manifest
from provider_core.oci.referring import is_hung_on_tag, subject_of
from provider_core.pouring import read_document

from .holders import Holder, read_file
from .travel import IMAGE_NAME

__all__ = ["Layout"]

_INCOMPLETE = "the archive or layout is incomplete; ask its producer"
_FOREIGN = (
    "it is a layer that may not be distributed, and was left out; install the image from its"
    " registry, with --foreign-layers"
)
_NAMES = (IMAGE_NAME, CONTAINERD_NAME, REF_NAME)


class Layout:
    """Reads the layout that a holder has.

    Raises DocumentError if its two documents break their format (OCI image-spec,
    image-layout.md).
    """

    def __init__(self, holder: Holder) -> None:
        self._holder = holder
        parse_layout(read_file(holder, LAYOUT_FILE, LAYOUT_LIMIT))
        self._index = parse_layout_index(read_file(holder, INDEX_FILE, LAYOUT_INDEX_LIMIT))

    @staticmethod
    def is_in(holder: Holder) -> bool:
        """Whether *holder* has the two documents that make a layout."""
        return holder.size(LAYOUT_FILE) is not None and holder.size(INDEX_FILE) is not None

    @property
    def entries(self) -> tuple[Descriptor, ...]:
        """What index.json lists, images and whatever else, in order."""
        return self._index.manifests

    def images(self) -> tuple[Descriptor, ...]:
        """Return the manifests and indexes listed, without referrers.

        A manifest that nobody named and that has a subject says something about an image
        (a signature, an SBOM) and is not one.
        """
        return tuple(
            entry
            for entry in self.entries
            if (is_manifest(entry.media_type) or is_index(entry.media_type))
            and self._subject(entry) is None
        )

    def referrers(self) -> tuple[tuple[Descriptor, Digest], ...]:
        """Return the nameless manifests that have a subject, each with its subject's digest.

        What hangs on a tag of cosign's counts as nameless.
        """
        pairs = ((entry, self._subject(entry)) for entry in self.entries)
        return tuple((entry, subject) for entry, subject in pairs if subject is not None)

    def has(self, descriptor: Descriptor) -> bool:
        """Whether the blob is here."""
        return self._holder.size(blob_path(descriptor.digest)) is not None

    def open(self, descriptor: Descriptor) -> BinaryIO:
        """Open a blob; not verified.  Raises BlobNotFound, SizeMismatch."""
        name = blob_path(descriptor.digest)
        size = self._holder.size(name)
        if size is None:
            hint = _FOREIGN if is_foreign_layer(descriptor.media_type) else _INCOMPLETE
            raise BlobNotFound(descriptor.digest, str(self._holder.path), hint=hint)
        if size != descriptor.size:
            raise SizeMismatch(descriptor.size, size, what=str(descriptor.digest))
        return self._holder.open(name)

    def read(self, descriptor: Descriptor) -> bytes:
        """Return a document, its digest checked; raises as `open` and `read_document` do."""
        with self.open(descriptor) as stream:
            return read_document(stream, descriptor)

    def _subject(self, entry: Descriptor) -> Digest | None:
        named = any(entry.annotations.get(key) for key in _NAMES) and not is_hung_on_tag(entry)
        if named or not is_manifest(entry.media_type) or not self.has(entry):
            return None
        return subject_of(entry, Manifest.parse(self.read(entry), media_type=entry.media_type))
