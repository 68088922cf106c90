"""Every version that is offered under a name, by the source that decides about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from ..model import Package, Query, Source, Verb
from ..versions import Version, floating
from .calls import open_call
from .choosing import in_order
from .credentials import credentials_for
from .resolving import Chosen, decide, takers_of
from .wishes import Wishes

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["numbered", "versions_at_host", "versions_there"]


def versions_there(resources: Resources, query: Query, wishes: Wishes) -> list[Chosen]:
    """Return what fits *query*, every version of it, newest first, labels last.

    A name with a registry's host in front is looked for there if no source knows it.  Raises
    what asking raises.
    """
    query = replace(query, all_versions=True)
    decided = decide(resources, query, replace(wishes, all_versions=True))
    if decided is not None:
        source, packages = decided
        return [Chosen(package=package, source=source) for package in in_order(packages)]
    if wishes.source:
        return []
    found = versions_at_host(resources, query, wishes)
    return [Chosen(package=package, source=None) for package in found]


def versions_at_host(resources: Resources, query: Query, wishes: Wishes) -> list[Package]:
    """Return what fits *query* at the host in front of its name, newest first, labels last.

    [] for a name without one.
    """
    return [
        package
        for provider in takers_of(resources, query.name)
        for package in in_order(_at_host(resources, provider, query, wishes))
    ]


def numbered(found: Iterable[Chosen]) -> list[Chosen]:
    """Return those whose version is a number that will mean the same tomorrow."""
    chosen = list(found)
    moving = floating(Version.parse(one.package.version) for one in chosen)
    return [one for one in chosen if one.package.version not in moving]


def _at_host(
    resources: Resources, provider: str, query: Query, wishes: Wishes
) -> tuple[Package, ...]:
    """Ask a provider about the host in front of the name, as if that were a source.

    It is none: what is found belongs to no source, as a full reference does.
    """
    host = query.name.partition("/")[0]
    scheme = resources.plugins.get(provider).info.schemes[0]
    place = Source(name=host, provider=provider, location=f"{scheme}://{host}")
    call = open_call(
        resources,
        provider,
        place,
        verb=Verb.FIND,
        platforms=wishes.platforms,
        options=wishes.options,
        credentials=credentials_for(resources, None),
    )
    found = resources.dispatcher.find(provider, query, call.context)
    return tuple(
        replace(package, id=replace(package.id, source=""))
        for package in found
        if query.wants(package)
    )
