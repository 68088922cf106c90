"""The one way to the network, as protocols; the HTTP engine and the memory double keep them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlsplit

from ..errors import UsageError
from ..oci import Descriptor

__all__ = ["Auth", "Body", "Location", "Origin", "Response", "Sink", "Transport"]

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What credentials are bound to: scheme, host and port, exactly (RFC 6454)."""

    scheme: str
    host: str
    """Lower case, without brackets."""
    port: int

    @classmethod
    def of(cls, url: str) -> Origin:
        """Return the origin of an http or https URL; UsageError for any other."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            parts, port = urlsplit(""), None
        if parts.scheme not in _PORTS or not parts.hostname or parts.username is not None:
            raise UsageError(f"{url!r} is not an http(s) URL", hint="write https://host/path")
        return cls(scheme=parts.scheme, host=parts.hostname, port=port or _PORTS[parts.scheme])

    def __str__(self) -> str:
        """Return ``scheme://host:port``, the port always there."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


class Auth(Protocol):
    """Credentials of one origin.  Never asked for another one's headers."""

    def headers(self, origin: Origin) -> Mapping[str, str]:
        """Return the headers for a request to *origin*; {} if it is not ours."""

    def on_401(self, challenge: str) -> bool:
        """Take a WWW-Authenticate value (RFC 9110 §11.6.1); True if a retry may succeed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """One place where the bytes of a blob are."""

    url: str
    auth: Auth | None = None
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)
    told_by: Origin | None = None
    """Who named the URL, if neither the user nor the source did; as `Transport.request` has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """An answer, read whole."""

    status: int
    headers: Mapping[str, str] = field(hash=False)
    """Names in lower case."""
    body: bytes
    url: str
    """Where it came from in the end, after redirects."""


class Body(Protocol):
    """What a request sends, if it is too much to be in memory at once."""

    def __len__(self) -> int:
        """Return how many bytes it has."""

    def __iter__(self) -> Iterator[bytes]:
        """Yield them from the beginning, a piece at a time; a request may be sent again."""


class Sink(Protocol):
    """What `download` fills; the store's Partial is one."""

    def gaps(self) -> tuple[tuple[int, int], ...]:
        """Return the missing byte ranges [start, end), in order."""

    def write(self, offset: int, data: bytes | bytearray | memoryview) -> None:
        """Write *data* at *offset*; may be called by several threads at once.

        It is valid during the call only: whoever keeps it copies it.
        """


class Transport(Protocol):
    """Bounded, error-typed requests."""

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
        """Make one request and read at most *limit* bytes of the answer.

        One that is not *patient* is made once: somebody else can be asked instead.
        *told_by* is the server or document's origin that named *url*, if the user did not: it may
        lead where a redirect from there may, and no further into this machine or its link.

        Raises TransportError (Offline, TimedOut, HttpStatus from 400 on except 404 and 401 when
        *auth* cannot help, RateLimited, AuthRequired); SizeMismatch above *limit*.
        """

    def download(self, descriptor: Descriptor, locations: Sequence[Location], sink: Sink) -> None:
        """Fill the gaps of *sink* from the first location that works, then from the next.

        What was written stays, whatever location it came from.  Verifying is the store's.
        Raises the last location's TransportError when all have failed, or SizeMismatch if that
        one has content of another size.
        """
