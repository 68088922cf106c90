"""Credentials and fetches that the tests of this folder share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from provider_core.errors import Error
from provider_core.oci import Descriptor
from provider_core.testing import MemoryStore
from provider_core.transport import HttpTransport, Location, Origin

SECRET = "Bearer a-secret-of-the-feed"


class FixedAuth:
    """Gives the same secret to one origin, and notes the challenges it was shown."""

    def __init__(self, url: str, *, secret: str = SECRET) -> None:
        self._origin = Origin.of(url)
        self._secret = secret
        self.challenges: list[str] = []

    def headers(self, origin: Origin) -> Mapping[str, str]:
        assert origin == self._origin, "asked for another origin's secret"
        return {"Authorization": self._secret}

    def on_401(self, challenge: str) -> bool:
        self.challenges.append(challenge)
        return False


def fetch(
    transport: HttpTransport,
    descriptor: Descriptor,
    locations: Sequence[Location],
    *,
    begun: bytes = b"",
) -> MemoryStore:
    """Download into an empty store in which the first bytes, *begun*, are here; commit."""
    store = MemoryStore()
    with store.lease() as lease:
        partial = store.writer(lease).expect(descriptor)
        assert partial is not None
        with partial:
            if begun:
                partial.write(0, begun)
            transport.download(descriptor, locations, partial)
            partial.commit()
    return store


def failure(
    transport: HttpTransport, descriptor: Descriptor, url: str, *, begun: bytes = b""
) -> Error | None:
    """Return why a download fails; None if the right bytes came."""
    try:
        store = fetch(transport, descriptor, [Location(url=url)], begun=begun)
    except Error as error:
        return error
    assert len(store.read(descriptor)) == descriptor.size
    return None
