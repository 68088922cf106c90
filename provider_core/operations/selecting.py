"""Which installed image a request means: by name, version, tag, digest or id prefix."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import Ambiguous, NotInstalled
from ..installed_names import LATEST, images_named, own_name
from ..model import Installed, pin_key
from ..references import Name
from .requests import name_reference

if TYPE_CHECKING:
    from .resources import Resources

__all__ = [
    "described",
    "fitting_installed",
    "installed_with_id",
    "named_installed",
    "one_installed",
    "only_one",
    "tag_line",
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
        first = found[0]
        raise Ambiguous(
            f"the image {request!r}",
            described(found),
            hint=f"name its version, or its id; `{tag_line(first)}` settles what the bare name"
            " means",
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
    return images_named(name, resources.catalog.installed(), resources.catalog.tags())


def described(images: Sequence[Installed]) -> list[str]:
    """Return ``name==version (short id)`` of each, with its platform if only that differs.

    What has no version is ``name:latest``: each is a request that means it.
    """
    several = len({(image.key.name, image.version) for image in images}) < len(images)
    return [
        f"{_request_for(image)} ({image.image_id.short}"
        + (f", {image.key.platform})" if several and image.key.platform else ")")
        for image in images
    ]


def _request_for(image: Installed) -> str:
    return f"{image.name}=={image.version}" if image.version else own_name(image)


def tag_line(image: Installed) -> str:
    """Return the command that makes the bare name of *image* mean it, as Docker's users do."""
    return f"ferry tag {own_name(image)} {image.name}:{LATEST}"


def _hint(resources: Resources, request: str) -> str:
    name = name_reference(request)
    images = resources.catalog.images_named(name.name)
    if not images:
        return ""
    known = ", ".join(one.version or LATEST for one in images)
    versions = f"installed versions of {name.name}: {known}"
    if name.tag != LATEST:
        return versions
    return f"{versions}; `{tag_line(images[0])}` gives one of them that tag"
