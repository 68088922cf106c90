"""Sources: which places are registries, and the one that everybody has."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from provider_core.context import Context
from provider_core.errors import AuthRequired, UsageError
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

    Raises UsageError for what is no registry's URL, or plain http without leave; AuthRequired for
    a login that it refuses, TransportError for what does not answer as a registry.
    """
    endpoint = endpoint_at(source.location)
    plain = bool(context.options.get("plain-http"))
    _check_plain(endpoint, plain=plain)
    for url in texts(context.options, "mirror"):
        _check_plain(endpoint_at(url), plain=False)
    if not context.offline and context.options.get("origin", True):
        _check(Registry(endpoint=endpoint, context=context, memory=memory), source.name)
    return replace(source, location=_location(endpoint), trust=Trust.ACCEPTED)


def _check(registry: Registry, name: str) -> None:
    """See whether a registry is there; one that wants a login can be given it afterwards."""
    try:
        registry.check()
    except AuthRequired:
        if registry.has_login:
            raise
        registry.context.progress.notice(
            f"{registry.endpoint.host} wants a login: `ferry source login {name}`"
        )


def _check_plain(endpoint: Endpoint, *, plain: bool) -> None:
    origin = endpoint.origin
    if origin.scheme == "http" and not plain and reach(origin.host) is not Reach.LOOPBACK:
        raise UsageError(
            f"{endpoint.base} is not encrypted",
            hint="use https; --plain-http is for the source itself, if you trust the network",
        )


def _location(endpoint: Endpoint) -> str:
    """Return the URL that `endpoint_at` reads as *endpoint*."""
    has_path = endpoint.base.count("/") > 2
    root = endpoint.root if has_path else f"{endpoint.base}/"
    return (root + endpoint.prefix).rstrip("/")
