"""What goes into a feed: an image of the store or local files, with what is said of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from provider_core.errors import UsageError
from provider_core.model import FileStamp, Held, Package, PackageId, Parent
from provider_core.oci import Descriptor
from provider_core.oci.media_types import OCI_EMPTY
from provider_core.pouring import select_held
from provider_core.references import Name, parse_reference
from provider_core.store import Reader
from provider_core.store.graph import walk

from .file_artifact import artifact_of
from .identity import LOCATION

__all__ = ["Publishable", "Remarks", "of_files", "of_held", "read_parent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remarks:
    """What the publisher says of an image, in place of what is known of it; None: nothing."""

    name: str | None = None
    version: str | None = None
    publisher: str | None = None
    summary: str | None = None
    is_os_image: bool | None = None
    parent: Parent | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Publishable:
    """An image or artifact that can be published."""

    package: Package
    """As the feed will offer it."""
    blobs: tuple[Descriptor, ...]
    """Everything it consists of."""
    referrers: tuple[Descriptor, ...]
    """Manifests about it."""
    reader: Reader
    """Has the blobs."""


def of_held(held: Held, reader: Reader, remarks: Remarks, now: datetime) -> Publishable:
    """Return the image *held*, whose content *reader* has, as a feed offers it.

    Files that are no image become an artifact of the type that their provider gave them.

    Raises UsageError if files have no type, and without a name; DigestMismatch, DocumentError
    for damaged content.
    """
    root = held.content.root
    if isinstance(root, FileStamp):
        if not root.media_type:
            raise UsageError(
                f"nobody knows the type of {root.files[0].path}",
                hint="say it: --media-type TYPE publishes the file as an artifact",
            )
        paths = [Path(mark.path) for mark in root.files]
        return _of_files(paths, root.media_type, held.package, remarks, now)
    blobs = _content(root, held, reader)
    package = replace(
        held.package,
        pin=replace(root, annotations={}, urls=(), platform=None),
        platforms=held.platforms,
        size=sum(blob.size for blob in blobs),
    )
    return Publishable(
        package=_remarked(package, remarks, now),
        blobs=blobs,
        referrers=tuple(one for one in held.content.referrers if reader.has(one)),
        reader=reader,
    )


def of_files(path: Path, media_type: str, remarks: Remarks, now: datetime) -> Publishable:
    """Return the file *path* as an artifact of *media_type*, by its own name if no other is said.

    Raises UsageError for what is no regular file or no media type, NoSuchFile, StoreError.
    """
    unnamed = PackageId(provider="", source="", name=path.stem, version="")
    blank = Package(id=unnamed, pin=Descriptor.of(b"", OCI_EMPTY))
    return _of_files([path], media_type, blank, remarks, now)


def read_parent(text: str) -> Parent:
    """Read the parent that a user names: ``name``, ``name:version``, either ``@sha256:…``.

    Raises UsageError.
    """
    name = parse_reference(text)
    if not isinstance(name, Name) or name.has_wildcard or name.variant or str(name.versions):
        raise UsageError(
            f"{text!r} does not name one image", hint="write NAME:VERSION", parent=text
        )
    return Parent(name=name.name, version=name.tag, digest=name.digest)


def _of_files(
    paths: list[Path], media_type: str, package: Package, remarks: Remarks, now: datetime
) -> Publishable:
    artifact = artifact_of(paths, media_type)
    size = sum(blob.size for blob in artifact.blobs)
    package = replace(package, pin=artifact.root, size=size)
    return Publishable(
        package=_remarked(package, remarks, now),
        blobs=artifact.blobs,
        referrers=(),
        reader=artifact,
    )


def _content(root: Descriptor, held: Held, reader: Reader) -> tuple[Descriptor, ...]:
    """Return *root* and what is below it for the platforms that *held* names, and the referrers."""
    referrers = held.content.referrers
    if set(held.platforms) == set(held.content.platforms):
        return tuple(_below((root, *referrers), reader))
    chosen = (one for one in select_held(root, held, reader).descriptors if reader.has(one))
    return tuple(dict.fromkeys((root, *chosen, *_below(referrers, reader))))


def _below(roots: tuple[Descriptor, ...], reader: Reader) -> Iterator[Descriptor]:
    """Yield *roots* and what is below them, as far as it is here: an index may be sparse."""

    def load(descriptor: Descriptor) -> bytes | None:
        return reader.read(descriptor) if reader.has(descriptor) else None

    for link in walk(roots, load):
        if link.needed or reader.has(link.descriptor):
            yield link.descriptor


def _remarked(package: Package, remarks: Remarks, now: datetime) -> Package:
    """Return *package* with what is said of it, without the place where it was on this host.

    It keeps the date that its own publisher gave it.
    """
    identity = replace(
        package.id,
        name=package.name if remarks.name is None else remarks.name,
        version=package.version if remarks.version is None else remarks.version,
    )
    published = package.published or now.astimezone(UTC).isoformat(timespec="seconds")
    annotations = {key: text for key, text in package.annotations.items() if key != LOCATION}
    said = {
        "publisher": remarks.publisher,
        "summary": remarks.summary,
        "is_os_image": remarks.is_os_image,
        "parent": remarks.parent,
    }
    known = {name: value for name, value in said.items() if value is not None}
    dated = replace(package, id=identity, published=published, annotations=annotations)
    return replace(dated, **known)  # type: ignore[arg-type]
