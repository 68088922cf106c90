"""Which sources there are, in the order in which they are asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import UnknownSource
from ..model import Source
from ..references import name_key
from .builtin_sources import builtin_sources

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["active_sources"]


def active_sources(resources: Resources, only: str = "") -> tuple[Source, ...]:
    """Return the sources to ask, highest priority first.  Raises UnknownSource for *only*."""
    own = resources.catalog.sources()
    if only:
        named = [source for source in own if name_key(source.name) == name_key(only)]
        if named:
            return (named[0],)
    builtin = builtin_sources(resources)
    taken = {name_key(source.name) for source in own}
    added = taken - {name_key(source.name) for source in builtin}
    builtin = tuple(
        source
        for source in builtin
        if name_key(source.name) not in taken and not (source.fallback and added)
    )
    found = sorted((*own, *builtin), key=lambda source: (-source.priority, source.name))
    if not only:
        return tuple(found)
    for source in builtin_sources(resources):
        if name_key(source.name) == name_key(only):
            return (source,)
    raise UnknownSource(only, [source.name for source in found])
