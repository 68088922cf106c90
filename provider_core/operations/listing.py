"""list, show and dependents: what is installed, and what it was made from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..model import Installed, Query
from ..parents import Family
from .selecting import one_installed

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["dependents", "family_of", "installed", "one_with_parent"]


def installed(resources: Resources, pattern: str, revision: int | None) -> tuple[Installed, ...]:
    """Return the images whose name fits, each with its parent as it is now."""
    everything = resources.catalog.installed(revision=revision)
    family = Family(everything)
    query = Query(name=pattern)
    return tuple(
        replace(image, parent=family.parent(image))
        for image in everything
        if query.wants_name(image.name)
    )


def one_with_parent(resources: Resources, request: str) -> Installed:
    """Return the one image that *request* names, with its parent as it is now."""
    image = one_installed(resources, request)
    family = family_of(resources)
    return replace(image, parent=family.parent(image))


def dependents(resources: Resources, request: str) -> tuple[Installed, ...]:
    """Return the images that would lose what they were made from, or require."""
    image = one_installed(resources, request)
    return family_of(resources).dependents([image]).get(str(image.key), ())


def family_of(resources: Resources) -> Family:
    """Return everything that is installed, to be asked who needs whom."""
    return Family(resources.catalog.installed(), resources.catalog.tags())
