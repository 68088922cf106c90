"""The HTTP engine: requests whose answer is read whole, and blobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import replace
from types import TracebackType
from typing import Self

from ..errors import SizeMismatch, TransportError
from ..oci import Descriptor
from .blob import BlobFetch
from .exchange import Ask, Exchanges
from .following import Follower
from .pacing import Pace
from .ports import Auth, Body, Location, Origin, Response, Sink
from .retrying import Patience
from .settings import TransportSettings
from .statuses import check_status
from .urls import shown
from .waiting import Check, Watch, nothing_to_check

__all__ = ["HttpTransport"]

_REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE"})
"""Methods that may be sent again when nobody knows whether they were done (RFC 9110 §9.2.2)."""


class HttpTransport:
    """A Transport over http and https; threads may share it.

    Example::

        with HttpTransport(TransportSettings(), check=cancel.check) as transport:
            answer = transport.request("GET", "https://feed.example/trust/timestamp.json")
            with writer.expect(descriptor) as partial:
                transport.download(descriptor, [Location(url=url)], partial)
                partial.commit()
    """

    def __init__(
        self,
        settings: TransportSettings | None = None,
        *,
        check: Check = nothing_to_check,
        pace: Pace | None = None,
    ) -> None:
        """Use the network as *settings* say.

        Args:
            settings: limits, certificates, proxies; None for the defaults.
            check: called at least every quarter of a second of work, from any thread; what it
                raises ends the work.
            pace: how fast bytes may move, over all connections that share it; None: at once.
        """
        self._settings = settings or TransportSettings()
        self._check = check
        self._exchanges = Exchanges(self._settings, pace)

    def checked(self, check: Check) -> HttpTransport:
        """Return this transport, the same connections, with another *check*; it is not closed."""
        view = copy(self)
        view._check = check
        return view

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
        """Make one request, repeated while its failure may pass and time is left.

        Redirects of GET and HEAD are followed.  404, and redirects of other methods, are answers.

        Raises TransportError (TimedOut, HttpStatus, RateLimited, AuthRequired); SizeMismatch
        above *limit*; NoSuchFile and UsageError for certificate files that cannot be used.
        """
        ask = Ask(
            method=method.upper(),
            url=url,
            headers={name.lower(): value for name, value in (headers or {}).items()},
            body=body,
            told_by=told_by,
        )
        follower = Follower(self._exchanges, self._settings, auth)
        watch = Watch(shown(url), self._settings.deadline, check=self._check)
        patience = Patience(self._settings)
        while True:
            try:
                return _answer(follower, ask, watch, limit)
            except TransportError as error:
                if not patient or ask.method not in _REPEATABLE:
                    raise
                patience.wait_after(error, watch)

    def download(self, descriptor: Descriptor, locations: Sequence[Location], sink: Sink) -> None:
        """Fill the gaps of *sink* from the first location that works, then from the next.

        What was written stays, and the next location, or the next call, goes on with the gaps.
        Large blobs come over several connections, so that ``sink.write`` is called by several
        threads.  Verifying is the sink's.  Only the last location is tried again and again: the
        others have somebody behind them.

        Raises the last location's TransportError, or SizeMismatch if that has content of another
        size; what *sink* raises; NoSuchFile and UsageError as `request` does.
        """
        failure: TransportError | SizeMismatch = TransportError(
            f"no location is known for {descriptor.digest}",
            hint="refresh the source",
            digest=str(descriptor.digest),
        )
        for place, location in enumerate(locations, start=1):
            last = place == len(locations)
            settings = self._settings if last else replace(self._settings, retries=0)
            fetch = BlobFetch(self._exchanges, settings, descriptor, location, sink, self._check)
            try:
                fetch.run()
                return
            except (TransportError, SizeMismatch) as error:
                failure = error
        raise failure

    def close(self) -> None:
        """Close the pooled connections."""
        self._exchanges.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _answer(follower: Follower, ask: Ask, watch: Watch, limit: int) -> Response:
    with follower.send(ask, watch) as reply:
        check_status(reply, accept=(404,))
        body = reply.whole(limit)
        return Response(status=reply.status, headers=reply.headers, body=body, url=reply.url)
