"""Transports for when there is no network: it is switched off, or nobody brought an engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..errors import NotSupported, Offline
from ..oci import Descriptor
from .ports import Auth, Location, Response, Sink

__all__ = ["AbsentTransport", "OfflineTransport"]


class OfflineTransport:
    """Refuses everything, since --offline was said."""

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        auth: Auth | None = None,
        limit: int = 4 << 20,
    ) -> Response:
        """Raise Offline."""
        raise Offline(url)

    def download(self, descriptor: Descriptor, locations: Sequence[Location], sink: Sink) -> None:
        """Raise Offline."""
        raise Offline(locations[0].url if locations else str(descriptor.digest))


class AbsentTransport(OfflineTransport):
    """Refuses everything, since this host was given no transport."""

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
        auth: Auth | None = None,
        limit: int = 4 << 20,
    ) -> Response:
        """Raise NotSupported."""
        raise _absent(url)

    def download(self, descriptor: Descriptor, locations: Sequence[Location], sink: Sink) -> None:
        """Raise NotSupported."""
        raise _absent(locations[0].url if locations else str(descriptor.digest))


def _absent(what: str) -> NotSupported:
    return NotSupported(
        f"{what} cannot be reached: this host has no network transport",
        hint="use a file or folder, or give Host a transport",
        what=what,
    )
