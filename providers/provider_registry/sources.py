"""Sources: which places are registries, and the one that everybody has."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from provider_core.context import Context
from provider_core.errors import UsageError
from provider_core.model import Source, Trust
from provider_core.model.sources import LAST_RESORT
from provider_core.transport.urls import Reach, reach

from .endpoints import HUB_URL, Endpoint, endpoint_at
from .finding import PROVIDER
from .memory import Memory
from .options import texts
from .registry import Registry

__all__ = ["HUB_SOURCE", "checked_source"]

HUB_SOURCE: Final = Source(name="hub", provider=PROVIDER, location=HUB_URL, priority=LAST_RESORT)
"""Docker Hub: what no other source knows is looked for there."""


def checked_source(source: Source, context: Context, memory: Memory) -> Source:
    """Return *source* with its location as `endpoint_at` reads it; asks it if it may.

    Raises UsageError for what is no registry's URL, or plain http without leave; AuthRequired,
    TransportError for what does not answer as a registry.
    """
    endpoint = endpoint_at(source.location)
    plain = bool(context.options.get("plain-http"))
    _check_plain(endpoint, plain=plain)
    for url in texts(context.options, "mirror"):
        _check_plain(endpoint_at(url), plain=plain)
    if not context.offline and context.options.get("origin", True):
        Registry(endpoint=endpoint, context=context, memory=memory).check()
    return replace(source, location=_location(endpoint), trust=Trust.ACCEPTED)


def _check_plain(endpoint: Endpoint, *, plain: bool) -> None:
    origin = endpoint.origin
    if origin.scheme == "http" and not plain and reach(origin.host) is not Reach.LOOPBACK:
        raise UsageError(
            f"{endpoint.base} is not encrypted",
            hint="use https, or --plain-http if you trust the network",
        )


def _location(endpoint: Endpoint) -> str:
    """Return the URL that `endpoint_at` reads as *endpoint*."""
    has_path = endpoint.base.count("/") > 2
    return (endpoint.root if has_path else f"{endpoint.base}/") + endpoint.prefix
