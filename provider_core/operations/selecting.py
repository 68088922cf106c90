"""Which installed image a request means: by name, version, tag, digest or id prefix."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..digests import Digest
from ..errors import Ambiguous, NotInstalled
from ..model import Installed, Query, Tag, pin_key
from ..oci import Descriptor
from ..references import Name, name_key
from .choosing import LATEST
from .requests import name_reference

if TYPE_CHECKING:
    from .resources import Resources

__all__ = [
    "fitting_installed",
    "installed_with_id",
    "named_installed",
    "names_of",
    "one_installed",
    "only_one",
]

_ID = re.compile(r"(?:sha256:)?[0-9a-f]{4,64}")


def one_installed(resources: Resources, request: str) -> Installed:
    """Return the one installed image that *request* means.

    Raises NotInstalled, and Ambiguous naming the candidates.
    """
    found = fitting_installed(resources, request)
    if not found:
        raise NotInstalled(request, hint=_hint(resources, request))
    return only_one(found, request)


def only_one(found: Sequence[Installed], request: str) -> Installed:
    """Return the one of *found*, at least one image; Ambiguous if they are not one content."""
    if len({pin_key(image.content.root) for image in found}) > 1:
        raise Ambiguous(
            f"the image {request!r}",
            [_described(image) for image in found],
            hint="name its version: NAME==VERSION",
        )
    return found[0]


def fitting_installed(resources: Resources, request: str) -> tuple[Installed, ...]:
    """Return the installed images that fit *request*; names first, ids only where none fits."""
    return named_installed(resources, name_reference(request)) or installed_with_id(
        resources, request
    )


def installed_with_id(resources: Resources, request: str) -> tuple[Installed, ...]:
    """Return the images whose id *request* is, or begins; () if it has not the form of one."""
    return resources.catalog.images_with_id(request) if _ID.fullmatch(request) else ()


def named_installed(resources: Resources, name: Name) -> tuple[Installed, ...]:
    """Return what *name* means; a tag of the user's comes before a version of the same text."""
    images = resources.catalog.installed()
    tagged = [
        tag.image
        for tag in resources.catalog.tags()
        if name_key(tag.name) == name_key(name.name) and tag.tag == (name.tag or LATEST)
    ]
    free = Query.of(name) == Query(name=name.name)
    if tagged and (name.tag or free):
        return tuple(image for image in images if image.key in tagged)
    query = replace(Query.of(name, prereleases=True), digest=None)
    return tuple(
        image
        for image in images
        if query.wants(image.package) and name.digest in (None, *_digests(image))
    )


def _digests(image: Installed) -> tuple[Digest | None, ...]:
    """Return what an image may be asked for by: its pin, its root and its config."""
    pins = (image.package.pin, image.content.root)
    return (*(pin.digest for pin in pins if isinstance(pin, Descriptor)), image.image_id)


def names_of(image: Installed, tags: Sequence[Tag]) -> tuple[str, ...]:
    """Return ``name:tag`` for each name of *image*, its version first."""
    own = f"{image.name}:{image.version or LATEST}"
    others = [f"{tag.name}:{tag.tag}" for tag in tags if tag.image == image.key]
    return tuple(dict.fromkeys((own, *others)))


def _described(image: Installed) -> str:
    return f"{image.name}=={image.version} ({image.image_id.short})"


def _hint(resources: Resources, request: str) -> str:
    name = name_reference(request).name
    versions = [image.version for image in resources.catalog.images_named(name)]
    if versions:
        return f"installed versions of {name}: {', '.join(versions)}"
    return ""
