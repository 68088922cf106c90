"""Whose credentials a call gets: those of its source, at the origin where that source is."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from ..errors import UsageError
from ..transport import Origin
from .active_sources import active_sources

if TYPE_CHECKING:
    from ..context import Credentials
    from ..credentials import Credential
    from ..model import Source
    from .resources import Resources

__all__ = ["credentials_for", "origin_of"]


def credentials_for(resources: Resources, source: Source | None) -> Credentials:
    """Return the lookup for a call about *source*.

    A call about none (a full reference, a destination) gets the login of the first source that
    is at the very origin it speaks to; one call asks once.  What one source may see is never
    given to another one.
    """
    if resources.credentials is not None:
        return resources.credentials

    @cache
    def look_up(origin: Origin) -> Credential | None:
        sources = active_sources(resources)
        names = [one.name for one in sources]
        for one in sources if source is None else (source,):
            if origin_of(one) == origin:
                found = resources.logins.find(one.name, origin, sources=names)
                if found is not None:
                    return found
        return None

    return look_up


def origin_of(source: Source) -> Origin | None:
    """Return the server that *source* is on; None if it is on none."""
    try:
        return Origin.of(source.location)
    except UsageError:
        return None
