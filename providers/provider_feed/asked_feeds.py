"""Which feed a call is about, and how it is known: by its source, or by what the user says."""

from __future__ import annotations

from collections.abc import Iterator

from provider_core.context import Context
from provider_core.errors import Untrusted
from provider_core.model import Package, Source, Trust

from .identity import LOCATION, PROVIDER
from .known_root import KnownRoot
from .places import place_of
from .trusting import Trusting

__all__ = ["asked_feed", "feed_of", "location_of", "source_feed"]


def asked_feed(location: str, context: Context) -> Trusting:
    """Return how the feed at *location*, which the user named, is known.

    It is known by the options ``root`` or ``fingerprint``, else by the root of a source that is
    registered, if that root is there.

    Raises Untrusted if nothing is known of it, unless the user takes it as it is.
    """
    known = KnownRoot.from_options(context.options)
    if known is None:
        known = next(_known_here(location, context), None)
    if known is None and not context.options.get("allow-untrusted"):
        raise Untrusted(
            f"nobody vouches for the feed {location}: none of its roots is pinned here",
            hint="say --fingerprint or --root, add it as a source, or --allow-untrusted",
            location=location,
        )
    return Trusting(location=location, known=known)


def feed_of(package: Package, context: Context) -> Trusting:
    """Return the feed that *package* was found in."""
    if context.source is not None:
        return source_feed(context.source)
    return asked_feed(location_of(package, context), context)


def location_of(package: Package, context: Context) -> str:
    """Return where the feed is that *package* was found in."""
    return context.source.location if context.source else package.annotations[LOCATION]


def source_feed(source: Source) -> Trusting:
    """Return how the feed of *source* is known."""
    known = None if source.trust is Trust.UNTRUSTED else KnownRoot.from_options(source.options)
    return Trusting(location=source.location, known=known)


def _known_here(location: str, context: Context) -> Iterator[KnownRoot]:
    place = place_of(location, context)
    for source in context.catalog.sources():
        known = KnownRoot.from_options(source.options) if source.provider == PROVIDER else None
        if known is None:
            continue
        if known.find(place.fetch) or known.digest in place.publishers():
            yield known
