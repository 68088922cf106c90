"""The transport for when the network is switched off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..errors import Offline
from ..oci import Descriptor
from .ports import Auth, Body, Location, Origin, Response, Sink

__all__ = ["OfflineTransport"]


class OfflineTransport:
    """Refuses everything, since --offline was said."""

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | Body = b"",
        auth: Auth | None = None,
        limit: int = 4 << 20,
        told_by: Origin | None = None,
        patient: bool = True,
    ) -> Response:
        """Raise Offline."""
        raise Offline(url)

    def download(self, descriptor: Descriptor, locations: Sequence[Location], sink: Sink) -> None:
        """Raise Offline."""
        raise Offline(locations[0].url if locations else str(descriptor.digest))
