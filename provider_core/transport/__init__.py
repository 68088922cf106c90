"""The one bounded, error-typed way to the network.

The protocols are imported at once; the HTTP engine, and `urllib3` with it, when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .offline import OfflineTransport
from .ports import Auth, Body, Location, Origin, Response, Sink, Transport

if TYPE_CHECKING:
    from .http import HttpTransport
    from .pacing import Pace
    from .proxies import Proxies
    from .settings import TransportSettings, for_source
    from .source_options import network_options

_HOME = {
    "HttpTransport": "http",
    "Pace": "pacing",
    "Proxies": "proxies",
    "TransportSettings": "settings",
    "for_source": "settings",
    "network_options": "source_options",
}
"""Public name → the module it lives in."""

__all__ = [
    "Auth",
    "Body",
    "HttpTransport",
    "Location",
    "OfflineTransport",
    "Origin",
    "Pace",
    "Proxies",
    "Response",
    "Sink",
    "Transport",
    "TransportSettings",
    "for_source",
    "network_options",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_HOME[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted((*globals(), *__all__))
