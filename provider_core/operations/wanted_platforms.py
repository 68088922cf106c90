"""The platforms that are wanted, and whether they are there: a wish binds, a default does not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..platforms import Platform, PlatformSet, host_platform, nothing_for
from .wishes import Wishes

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["has_platforms", "require_platforms", "wanted_platforms"]


def wanted_platforms(resources: Resources, wishes: Wishes) -> PlatformSet:
    """Return what the user, else the settings, else this host wants to install."""
    if wishes.platforms is not None:
        return wishes.platforms
    if resources.settings.platforms:
        return PlatformSet.of(*map(Platform.parse, resources.settings.platforms))
    return PlatformSet.of(host_platform())


def has_platforms(there: Iterable[Platform], wanted: PlatformSet) -> bool:
    """Whether *there* is something for each platform that *wanted* names.

    Artifacts have no platform and do for any: where nothing at all is there, nothing is missing.
    """
    return not _missing(tuple(there), wanted)


def require_platforms(there: Iterable[Platform], wishes: Wishes) -> None:
    """Raise NotSupported, naming each platform of the user's for which nothing is *there*."""
    known = tuple(there)
    missing = _missing(known, wishes.platforms or PlatformSet.all())
    if missing:
        raise nothing_for(PlatformSet.of(*missing), known)


def _missing(there: tuple[Platform, ...], wanted: PlatformSet) -> tuple[Platform, ...]:
    if not there:
        return ()
    return tuple(one for one in wanted if not any(each.satisfies(one) for each in there))
