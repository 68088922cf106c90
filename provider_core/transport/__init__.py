"""The one bounded, error-typed way to the network."""

from __future__ import annotations

from .absent import AbsentTransport, OfflineTransport
from .ports import Auth, Location, Origin, Response, Sink, Transport

__all__ = [
    "AbsentTransport",
    "Auth",
    "Location",
    "OfflineTransport",
    "Origin",
    "Response",
    "Sink",
    "Transport",
]
