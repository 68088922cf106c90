"""Credentials and fetches that the tests of this folder share."""

from __future__ import annotations

import threading
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


class Recorder:
    """A sink that has nothing, and notes from which threads it was written."""

    def __init__(self, size: int) -> None:
        self.data = bytearray(size)
        self.pieces: list[tuple[int, int]] = []
        self.threads: set[int] = set()
        self._lock = threading.Lock()

    def gaps(self) -> tuple[tuple[int, int], ...]:
        with self._lock:
            at, gaps = 0, list[tuple[int, int]]()
            for start, end in sorted(self.pieces):
                if at < start:
                    gaps.append((at, start))
                at = max(at, end)
            return (*gaps, (at, len(self.data))) if at < len(self.data) else tuple(gaps)

    def write(self, offset: int, data: bytes | bytearray | memoryview) -> None:
        with self._lock:
            self.threads.add(threading.get_ident())
            self.pieces.append((offset, offset + len(data)))
            self.data[offset : offset + len(data)] = data

    @property
    def written(self) -> int:
        return sum(end - start for start, end in self.pieces)


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
