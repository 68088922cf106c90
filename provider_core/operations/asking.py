"""Asking one source: its offers in the catalog, or its provider, guarded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Offline, Untrusted
from ..model import Package, Query, Source, Trust, Verb
from .calls import open_call
from .choosing import name_alone
from .freshness import bring_offers
from .wishes import Wishes

if TYPE_CHECKING:
    from ..cancel import CancelToken
    from .resources import Resources

__all__ = ["ask", "require_trust"]


def ask(
    resources: Resources,
    source: Source,
    query: Query,
    wishes: Wishes,
    *,
    verb: Verb = Verb.INSTALL,
    cancel: CancelToken | None = None,
) -> tuple[Package, ...]:
    """Return what *source* has for *query*, every answer checked against the question.

    Indexed sources answer from the catalog, and so does everything beyond this machine when it
    is offline or the question names nothing (unless ``wishes.remote``).  What an asked source
    answers is remembered; the offers of an indexed one are brought (see `freshness`).  The
    provider gets the options of *verb*, and *cancel* ends the call.

    Raises Untrusted, what the provider raises, and TransportError where the source would have
    to be reached and cannot be: what was never heard of it must not count as its answer.
    """
    require_trust(source, wishes)
    if source.indexed:
        bring_offers(resources, source, cancel)
        return resources.offers.find(query, [source.name])
    if not source.is_local:
        if resources.settings.offline:
            return _remembered(resources, source, query)
        if query.is_broad and not wishes.remote:
            return resources.offers.find(query, [source.name])
    call = open_call(
        resources,
        source.provider,
        source,
        verb=verb,
        cancel=cancel,
        platforms=wishes.platforms,
        options=wishes.options,
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
        hint=f"pin it: `ferry source set {source.name} --fingerprint …`; or --allow-untrusted",
        source=source.name,
    )


def _remembered(resources: Resources, source: Source, query: Query) -> tuple[Package, ...]:
    """Return what the source was seen to have; Offline for a name that it never told of."""
    found = resources.offers.find(query, [source.name])
    is_name = query.name and not query.has_wildcard
    if is_name and not found and not resources.offers.find(name_alone(query), [source.name]):
        raise Offline(f"asking the source {source.name!r} for {query.name!r}")
    return found
