"""Packages of what is in an archive or layout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from provider_core.digests import Digest
from provider_core.model import FileStamp, Package
from provider_core.oci.json_document import DOCUMENT_LIMIT

from .docker_images import DOCKER_INDEX, DockerImage, parse_docker_index, read_config
from .holders import Holder, read_file
from .layout import Layout
from .layout_listing import Wants, list_layout
from .names import image_name
from .origin import Origin

__all__ = ["DOCKER_ARCHIVE", "list_packages"]

DOCKER_ARCHIVE: Final = "application/x-docker-archive"
"""Media type of the stamps of docker-archives."""


def list_packages(holder: Holder, origin: Origin, wants: Wants) -> Iterator[Package]:
    """Yield a package for each wanted name of each image, as an OCI layout if it is one.

    Reads documents, never layers.  Raises IntegrityError for what is damaged, BlobNotFound for
    a manifest that is listed and not here.
    """
    if Layout.is_in(holder):
        yield from list_layout(holder, origin, wants)
        return
    data = read_file(holder, DOCKER_INDEX, DOCUMENT_LIMIT)
    for position, image in enumerate(parse_docker_index(data)):
        stamp = FileStamp(
            files=(origin.mark,),
            media_type=DOCKER_ARCHIVE,
            digest=Digest.of(data),
            selector=str(position),
        )
        names = [image_name(reference, origin.path) for reference in image.tags or ("",)]
        wanted = [pair for pair in names if wants(pair[0])]
        if wanted:
            yield from _of_docker(holder, image, stamp, wanted, origin)


def _of_docker(
    holder: Holder,
    image: DockerImage,
    stamp: FileStamp,
    names: Sequence[tuple[str, str]],
    origin: Origin,
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
    for name, version in names:
        yield replace(package, id=replace(package.id, name=name, version=version))
