"""What an archive says of an image besides its bytes: annotations of its line in index.json.

RepoTags and reference names must be lower case, so a saved archive also carries the name and
version as they were, and what their source said of the image.  Installed again, on the far
side, it has the same name, publisher, parent and summary.

=================================  =====================================================
io.imageferry.image.name           the name, case kept
io.imageferry.image.version        the version's exact text
io.imageferry.image.os-image       'true' or 'false': whether it is a base OS image
io.imageferry.parent.name          the parent, with .version and .publisher likewise
io.imageferry.image.location       the file or folder it was listed from; never in an archive
org.opencontainers.image.vendor    the publisher
org.opencontainers.image.*         summary as description, published as created, base.digest
=================================  =====================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from provider_core.model import Held, Parent
from provider_core.oci.annotations import (
    BASE_DIGEST,
    CONTAINERD_NAME,
    CREATED,
    DESCRIPTION,
    REF_NAME,
    VENDOR,
)
from provider_core.parents import annotated_parent

__all__ = ["IMAGE_NAME", "IMAGE_VERSION", "LOCATION", "Facts", "facts_of", "travelling"]

IMAGE_NAME = "io.imageferry.image.name"
IMAGE_VERSION = "io.imageferry.image.version"
LOCATION = "io.imageferry.image.location"
_OS_IMAGE = "io.imageferry.image.os-image"
_PARENT_NAME = "io.imageferry.parent.name"
_PARENT_VERSION = "io.imageferry.parent.version"
_PARENT_PUBLISHER = "io.imageferry.parent.publisher"
_OF_THE_LINE = frozenset({CONTAINERD_NAME, REF_NAME})
_PREFIX = "io.imageferry."


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What annotations say of an image, as the fields of a Package."""

    publisher: str
    summary: str
    published: str
    is_os_image: bool | None
    parent: Parent | None
    annotations: Mapping[str, str]
    """The others, to be kept."""


def facts_of(annotations: Mapping[str, str]) -> Facts:
    """Read the annotations of a line of index.json; absent is empty, never guessed."""
    return Facts(
        publisher=annotations.get(VENDOR, ""),
        summary=annotations.get(DESCRIPTION, ""),
        published=annotations.get(CREATED, ""),
        is_os_image={"true": True, "false": False}.get(annotations.get(_OS_IMAGE, "")),
        parent=_parent(annotations),
        annotations={
            key: value
            for key, value in annotations.items()
            if key not in _OF_THE_LINE and not key.startswith(_PREFIX)
        },
    )


def travelling(held: Held) -> dict[str, str]:
    """Return the annotations by which the far side learns what is known of *held* here."""
    package = held.package
    known = {
        key: value
        for key, value in {**held.content.facts, **package.annotations}.items()
        if key not in _OF_THE_LINE and not key.startswith(_PREFIX)
    }
    stated = {VENDOR: package.publisher, DESCRIPTION: package.summary, CREATED: package.published}
    if package.is_os_image is not None:
        stated[_OS_IMAGE] = "true" if package.is_os_image else "false"
    if package.parent is not None:
        stated |= _stated_parent(package.parent)
    return known | {key: value for key, value in stated.items() if value}


def _stated_parent(parent: Parent) -> dict[str, str]:
    return {
        _PARENT_NAME: parent.name,
        _PARENT_VERSION: parent.version,
        _PARENT_PUBLISHER: parent.publisher,
        BASE_DIGEST: str(parent.digest or ""),
    }


def _parent(annotations: Mapping[str, str]) -> Parent | None:
    said = annotated_parent(annotations)
    name = annotations.get(_PARENT_NAME, said.name if said else "")
    if not name:
        return said
    return Parent(
        name=name,
        version=annotations.get(_PARENT_VERSION, said.version if said else ""),
        publisher=annotations.get(_PARENT_PUBLISHER, ""),
        digest=said.digest if said else None,
    )
