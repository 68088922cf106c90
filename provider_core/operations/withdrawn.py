"""Installed images that a source advises to use no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import PackageNotFound
from ..model import Installed, Query, Source, Withdrawal
from ..oci import Descriptor
from ..references import name_key
from ..versions import Version
from .active_sources import active_sources
from .listing import installed

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["Withdrawn", "taken_back", "why_gone", "withdrawn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """A line of `ferry list --withdrawn`."""

    image: Installed
    by: str
    """The source that advises so; need not be the one that it came from."""
    withdrawal: Withdrawal


def withdrawn(resources: Resources, pattern: str) -> tuple[Withdrawn, ...]:
    """Return the images whose name fits *pattern* and whose content a source withdrew.

    It is what sources said when they were refreshed last; nobody is asked.
    """
    names = {name_key(source.name): source.name for source in active_sources(resources)}
    advice = resources.offers.withdrawn()
    return tuple(
        Withdrawn(image=image, by=names[source], withdrawal=one)
        for image in installed(resources, pattern, None)
        for source, advised in advice.items()
        if source in names
        for one in advised
        if one.digest in _contents(image)
    )


def taken_back(resources: Resources, source: Source, query: Query) -> PackageNotFound | None:
    """Return why *source*, which has nothing of the name asked for, still decides about it.

    That is if it withdrew some of it: what others offer under the name may be anybody's.  None
    if it did not; nobody is asked.
    """
    gone = _gone(resources, source, query)
    if not gone:
        return None
    one = (_meant(gone, query) or gone)[0]
    return PackageNotFound(
        query.name,
        sources=[source.name],
        hint=f"that source withdrew {one.version} ({one.reason}); no other one is asked:"
        " --source NAME takes one of them",
    )


def why_gone(resources: Resources, source: Source, query: Query) -> str:
    """Return a hint that *source* withdrew a version asked for, '' if it did not."""
    for one in _meant(_gone(resources, source, query), query):
        return f"that source withdrew {one.version} ({one.reason})"
    return ""


def _gone(resources: Resources, source: Source, query: Query) -> list[Withdrawal]:
    return [
        one
        for one in resources.offers.withdrawn().get(name_key(source.name), ())
        if query.name and name_key(one.name) == name_key(query.name)
    ]


def _meant(gone: Sequence[Withdrawal], query: Query) -> list[Withdrawal]:
    return [one for one in gone if query.wants_version(Version.parse(one.version))]


def _contents(image: Installed) -> set[object]:
    """Return the digests that *image* came as, and is."""
    pins = (image.content.root, image.package.pin)
    return {pin.digest for pin in pins if isinstance(pin, Descriptor)}
