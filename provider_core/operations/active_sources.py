"""Which sources there are, in the order in which they are asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import UnknownSource
from ..model import Source
from ..references import name_key

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["active_sources"]


def active_sources(resources: Resources, only: str = "") -> tuple[Source, ...]:
    """Return the sources to ask, highest priority first.  Raises UnknownSource for *only*."""
    own = resources.catalog.sources()
    ours = _builtin(resources)
    if only:
        named = [source for source in own if name_key(source.name) == name_key(only)]
        if named:
            return (named[0],)
    taken = {name_key(source.name) for source in own}
    added = taken - {name_key(source.name) for source in ours}
    builtin = [
        source
        for source in ours
        if name_key(source.name) not in taken and not (source.fallback and added)
    ]
    found = sorted((*own, *builtin), key=lambda source: (-source.priority, source.name))
    if not only:
        return tuple(found)
    for source in ours:
        if name_key(source.name) == name_key(only):
            return (source,)
    raise UnknownSource(only, [source.name for source in found])


def _builtin(resources: Resources) -> tuple[Source, ...]:
    """Return the built-in sources that may be asked.

    Those that were switched off may not; nor, offline, those beyond this machine that were never
    heard of: nobody added them, so nobody waits for their answer.
    """
    off = {name_key(name) for name in resources.settings.disabled_sources}
    offline = resources.settings.offline
    return tuple(
        source
        for source in resources.builtin_sources
        if name_key(source.name) not in off
        and not (offline and not source.is_local and resources.offers.state(source.name) is None)
    )
