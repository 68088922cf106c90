"""A file that is no image, as an artifact: what a feed needs of it, read from where it lies.

An artifact is an OCI manifest with the type, the empty config and a layer a file (image-spec 1.1,
manifest.md, "Guidelines for Artifact Usage").  The file is hashed once, and verified again while
it is copied.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from provider_core.digests import Digest
from provider_core.disk.failures import disk_errors
from provider_core.errors import BlobNotFound, DocumentError, NoSuchFile, UsageError
from provider_core.model import FileMark, FileStamp, Pin
from provider_core.oci import Descriptor, Manifest
from provider_core.oci.annotations import TITLE
from provider_core.oci.media_types import OCI_EMPTY
from provider_core.store.stamped import open_stamped
from provider_core.store.verified import check_limit, verified

__all__ = ["FileArtifact", "artifact_of"]

_EMPTY = b"{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileArtifact:
    """An artifact of local files; a Reader of its blobs."""

    root: Descriptor
    """Of its manifest."""
    blobs: tuple[Descriptor, ...]
    """Manifest, config and layers."""
    data: Mapping[Digest, bytes] = field(hash=False, repr=False)
    """The small blobs."""
    files: Mapping[Digest, FileMark] = field(hash=False)
    """The layers, as they were when they were hashed."""

    def has(self, descriptor: Descriptor) -> bool:
        """Whether it is one of its blobs."""
        return any(blob.key == descriptor.key for blob in self.blobs)

    def open(self, root: Pin) -> BinaryIO:
        """Open a blob; read to its end, its digest is checked.

        Raises BlobNotFound, NoSuchFile; Conflict if the file is not what it was.
        """
        if not isinstance(root, Descriptor) or not self.has(root):
            raise BlobNotFound(root, "the artifact")
        if root.digest in self.data:
            return io.BytesIO(self.data[root.digest])
        mark = self.files[root.digest]
        return verified(open_stamped(FileStamp(files=(mark,))), root)

    def read(self, descriptor: Descriptor, *, limit: int = 4 << 20) -> bytes:
        """Return a small blob whole.  Raises as `open`, DocumentError above *limit* bytes."""
        check_limit(descriptor, limit)
        with self.open(descriptor) as file:
            return file.read()


def artifact_of(paths: Sequence[Path], media_type: str) -> FileArtifact:
    """Return the artifact of the type *media_type* with a layer for each file.

    Raises UsageError for what is no regular file or no media type, NoSuchFile, StoreError.
    """
    config = Descriptor.of(_EMPTY, OCI_EMPTY)
    layers: list[Descriptor] = []
    files: dict[Digest, FileMark] = {}
    try:
        for path in paths:
            layer, mark = _layer(path, media_type)
            layers.append(layer)
            files[layer.digest] = mark
        manifest = Manifest.build(config, layers, artifact_type=media_type)
    except DocumentError as error:
        raise UsageError(
            f"{media_type!r} is no media type", hint="write it like application/x-ms-wim"
        ) from error
    root = manifest.descriptor()
    return FileArtifact(
        root=root,
        blobs=(root, config, *layers),
        data={root.digest: manifest.raw, config.digest: _EMPTY},
        files=files,
    )


def _layer(path: Path, media_type: str) -> tuple[Descriptor, FileMark]:
    if not path.exists():
        raise NoSuchFile(path)
    if not path.is_file():
        raise UsageError(f"{path} is no regular file", hint="name a file, or leave out the type")
    with disk_errors(path):
        mark = FileMark.of(path)
        with path.open("rb") as file:
            digest, size = Digest.of_stream(file)
    layer = Descriptor(
        media_type=media_type, digest=digest, size=size, annotations={TITLE: path.name}
    )
    return layer, mark
