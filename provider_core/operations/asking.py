"""Asking one source: its offers in the catalog, or its provider, guarded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Untrusted
from ..model import Package, Query, Source, Trust
from .calls import open_call
from .refresh import refresh_source
from .wishes import Wishes

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["ask", "require_trust"]


def ask(resources: Resources, source: Source, query: Query, wishes: Wishes) -> tuple[Package, ...]:
    """Return what *source* has for *query*, every answer checked against the question.

    Indexed sources answer from the catalog, and so does everything beyond this machine when it
    is offline or the question names nothing (unless ``wishes.remote``).  What an asked source
    answers is remembered; an indexed one whose offers are not here yet is refreshed.  Raises
    Untrusted and what the provider raises.
    """
    require_trust(source, wishes)
    if source.indexed:
        _refresh_first(resources, source)
    if _from_catalog(resources, source, query, wishes):
        return resources.offers.find(query, [source.name])
    call = open_call(
        resources, source.provider, source, platforms=wishes.platforms, options=wishes.options
    )
    answers = resources.dispatcher.find(source.provider, query, call.context)
    found = tuple(package for package in answers if query.wants(package))
    if not source.is_local and not resources.read_only:
        resources.home.prepare()
        resources.offers.remember(source.name, found)
    return found


def require_trust(source: Source | None, wishes: Wishes) -> None:
    """Raise Untrusted for a source nobody vouches for, unless the user takes it as it is."""
    if source is None or source.trust is not Trust.UNTRUSTED or wishes.allow_untrusted:
        return
    raise Untrusted(
        f"the source {source.name!r} is not trusted: none of its keys is pinned here",
        hint=f"`ferry source set {source.name}` with its root, or --allow-untrusted",
        source=source.name,
    )


def _refresh_first(resources: Resources, source: Source) -> None:
    """Bring the offers that were never brought: added offline, untrusted, or made anew."""
    may_ask = not resources.settings.offline and not resources.read_only
    if may_ask and resources.offers.token(source.name) is None:
        refresh_source(resources, source)


def _from_catalog(resources: Resources, source: Source, query: Query, wishes: Wishes) -> bool:
    if source.indexed:
        return True
    if source.is_local:
        return False
    return resources.settings.offline or (query.is_broad and not wishes.remote)
