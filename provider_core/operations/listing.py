"""list and dependents: what is installed, and what it was made from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..model import Installed, Query
from ..parents import Family
from .selecting import one_installed

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["dependents", "installed"]


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


def dependents(resources: Resources, request: str) -> tuple[Installed, ...]:
    """Return the images that would lose their parent with the one *request* names."""
    image = one_installed(resources, request)
    family = Family(resources.catalog.installed())
    return family.dependents([image]).get(str(image.key), ())
