"""Packages of what is in an archive or layout."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from provider_core.digests import Digest
from provider_core.model import FileMark, FileStamp, Package, PackageId
from provider_core.oci import Descriptor, parse_root
from provider_core.oci.annotations import CONTAINERD_NAME, REF_NAME
from provider_core.oci.json_document import DOCUMENT_LIMIT
from provider_core.oci.media_types import is_manifest
from provider_core.platforms import Platform, PlatformSet
from provider_core.pouring import select_image

from .docker_images import DOCKER_INDEX, DockerImage, parse_docker_index, read_config
from .holders import Holder, read_file
from .layout import Layout
from .names import checked, image_name
from .travel import IMAGE_NAME, IMAGE_VERSION, LOCATION, facts_of

__all__ = ["DOCKER_ARCHIVE", "PROVIDER", "Origin", "list_packages"]

PROVIDER: Final = "archive"
DOCKER_ARCHIVE: Final = "application/x-docker-archive"
"""Media type of the stamps of docker-archives."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where packages are listed from."""

    path: Path
    """The archive or folder."""
    mark: FileMark
    """*path* as it was before it was opened."""
    source: str
    """Name of the source; '' for a file or folder that was named."""

    def package_id(self, name: str, version: str, platform: Platform | None) -> PackageId:
        """Return the identity of a package found here."""
        return PackageId(
            provider=PROVIDER, source=self.source, name=name, version=version, platform=platform
        )


def list_packages(holder: Holder, origin: Origin) -> Iterator[Package]:
    """Yield a package for each name of each image, as an OCI layout if it is one.

    Reads documents, never layers.  Raises IntegrityError for what is damaged, BlobNotFound for
    a manifest that is listed and not here.
    """
    if Layout.is_in(holder):
        layout = Layout(holder)
        for entry in layout.images():
            yield _of_layout(layout, entry, origin)
        return
    data = read_file(holder, DOCKER_INDEX, DOCUMENT_LIMIT)
    for position, image in enumerate(parse_docker_index(data)):
        stamp = FileStamp(
            files=(origin.mark,),
            media_type=DOCKER_ARCHIVE,
            digest=Digest.of(data),
            selector=str(position),
        )
        yield from _of_docker(holder, image, stamp, origin)


def _of_layout(layout: Layout, entry: Descriptor, origin: Origin) -> Package:
    selection = select_image(entry, layout.read, PlatformSet.all(), available=layout.has)
    root = parse_root(layout.read(entry), media_type=entry.media_type)
    facts = facts_of({**root.annotations, **entry.annotations})
    single = is_manifest(entry.media_type) and selection.platforms
    kept = dict(facts_of(entry.annotations).annotations)
    if not origin.source:
        kept[LOCATION] = origin.mark.path
    name, version = _name_of(entry, origin.path)
    return Package(
        id=origin.package_id(name, version, selection.platforms[0] if single else None),
        # Names and facts are the package's; the pin is the content and nothing else.
        pin=replace(entry, annotations={}),
        platforms=selection.platforms,
        publisher=facts.publisher,
        summary=facts.summary,
        is_os_image=facts.is_os_image,
        parent=facts.parent,
        published=facts.published,
        size=sum(descriptor.size for descriptor in selection.descriptors),
        annotations=kept,
    )


def _name_of(entry: Descriptor, path: Path) -> tuple[str, str]:
    ours = entry.annotations.get(IMAGE_NAME, "")
    if ours:
        return checked(ours, entry.annotations.get(IMAGE_VERSION, ""))
    reference = entry.annotations.get(CONTAINERD_NAME) or entry.annotations.get(REF_NAME, "")
    return image_name(reference, path)


def _of_docker(
    holder: Holder, image: DockerImage, stamp: FileStamp, origin: Origin
) -> Iterator[Package]:
    config, descriptor = read_config(holder, image)
    sizes = (holder.size(layer) or 0 for layer in image.layers)
    package = Package(
        id=origin.package_id("", "", config.platform and config.platform.normalized),
        pin=stamp,
        platforms=(config.platform.normalized,) if config.platform else (),
        published=config.created,
        size=descriptor.size + sum(sizes),
    )
    for reference in image.tags or ("",):
        name, version = image_name(reference, origin.path)
        yield replace(package, id=replace(package.id, name=name, version=version))
