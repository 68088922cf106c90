"""The network, in memory: routes, ranges, connections that break, tokens that expire."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..errors import AuthRequired, HttpStatus, RateLimited, SizeMismatch, TransportError
from ..oci import Descriptor
from ..transport import Auth, Body, Location, Origin, Response, Sink
from .tokens import TokenServer

__all__ = ["Answer", "MemoryTransport", "Request"]

_PIECE = 64 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a server was sent."""

    method: str
    """'GET', 'HEAD', 'PUT' …"""
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Names in lower case; those of the Auth too."""
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a server says."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Names in lower case."""


Handler = Callable[[Request], Answer]
"""A server in a function."""
Route = bytes | Answer | Handler


class MemoryTransport:
    """A Transport whose servers are routes in a dictionary.

    A route is bytes, an Answer or a function; a URL that ends with a slash answers for
    everything below it, the longest one wins; what has no route is 404.  Routes may be changed
    at any time, and everything that was asked is in ``requests``.

    Example::

        network = MemoryTransport({"https://acme.example/list": b"box 1.0"})
        network.routes[url] = layer
        network.cut(url, after=100)             # the next connection breaks after 100 bytes
        network.download(descriptor, [Location(url=url)], partial)
        assert network.asked(url) == 2
        assert network.served[url] == len(layer)    # the second request asked for the rest
    """

    def __init__(
        self,
        routes: Mapping[str, Route] | None = None,
        *,
        ranges: bool = True,
        tokens: TokenServer | None = None,
    ) -> None:
        """Answer with *routes*.

        Args:
            routes: URL → what it answers.
            ranges: whether the servers know Range (RFC 9110 §14); else they send all again.
            tokens: guards every URL of its origin, if there is one.
        """
        self.routes: dict[str, Route] = dict(routes or {})
        self.requests: list[Request] = []
        """Everything that was asked, in order, refused attempts too."""
        self.served: dict[str, int] = defaultdict(int)
        """Bytes of bodies that were sent, by URL."""
        self._ranges = ranges
        self._tokens = tokens
        self._cuts: dict[str, deque[int]] = defaultdict(deque)
        self._lock = threading.RLock()

    def cut(self, url: str, *, after: int) -> None:
        """Break the next connection to *url* after so many bytes of its body; repeat for more."""
        self._cuts[url].append(after)

    def asked(self, url: str) -> int:
        """Return how often *url* was asked for, refused attempts too."""
        return sum(request.url == url for request in self.requests)

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
        """Answer from the routes; the errors are those of the protocol."""
        lower = {name.lower(): value for name, value in (headers or {}).items()}
        sent = body if isinstance(body, bytes) else b"".join(body)
        arrival = self._ask(Request(method=method, url=url, headers=lower, body=sent), auth)
        answer = arrival.answer
        if answer.status != 404:
            _refuse(url, answer)
        if arrival.broken:
            raise _broken(url, len(answer.body))
        if len(answer.body) > limit:
            raise SizeMismatch(limit, len(answer.body), what=url)
        return Response(status=answer.status, headers=answer.headers, body=answer.body, url=url)

    def download(self, descriptor: Descriptor, locations: Sequence[Location], sink: Sink) -> None:
        """Fill the gaps of *sink*; a location is left when it brings nothing any more.

        As by the HTTP engine, the sink is lent what it writes: it is gone after the call.
        """
        failure = TransportError(
            f"nobody has {descriptor.digest}", hint="refresh the source", digest=descriptor.digest
        )
        for location in locations:
            try:
                for start, end in sink.gaps():
                    self._fill(descriptor, location, sink, start, end)
                return
            except TransportError as error:
                failure = error
        raise failure

    def _fill(
        self, descriptor: Descriptor, location: Location, sink: Sink, start: int, end: int
    ) -> None:
        while start < end:
            headers = {name.lower(): value for name, value in location.headers.items()}
            if (start, end) != (0, descriptor.size):
                headers["range"] = f"bytes={start}-{end - 1}"
            request = Request(method="GET", url=location.url, headers=headers)
            answer = self._ask(request, location.auth).answer
            _refuse(location.url, answer)
            offset = start if answer.status == 206 else 0
            piece = memoryview(answer.body)[start - offset : end - offset]
            if not piece:
                raise _broken(location.url, start)
            for at in range(0, len(piece), _PIECE):
                with memoryview(bytearray(piece[at : at + _PIECE])) as lent:
                    sink.write(start + at, lent)
            start += len(piece)

    def _ask(self, request: Request, auth: Auth | None) -> _Arrival:
        arrival = self._send(request, auth)
        if arrival.answer.status == 401 and auth is not None:
            challenge = arrival.answer.headers.get("www-authenticate", "")
            if auth.on_401(challenge):
                return self._send(request, auth)
        return arrival

    def _send(self, request: Request, auth: Auth | None) -> _Arrival:
        if auth is not None:
            mine = auth.headers(Origin.of(request.url))
            request = replace(request, headers={**request.headers, **mine})
        with self._lock:
            self.requests.append(request)
            token = request.headers.get("authorization", "")
            guard = self._guard(request.url)
            if guard is not None and not guard.accepts(token):
                return _Arrival(
                    answer=Answer(status=401, headers={"www-authenticate": guard.challenge})
                )
        answer = self._ranged(request, self._routed(request))
        if request.method == "HEAD":
            length = {"content-length": str(len(answer.body))}
            return _Arrival(answer=replace(answer, body=b"", headers={**length, **answer.headers}))
        with self._lock:
            return self._travelled(request.url, answer, guard, token)

    def _guard(self, url: str) -> TokenServer | None:
        tokens = self._tokens
        return tokens if tokens is not None and tokens.origin == Origin.of(url) else None

    def _routed(self, request: Request) -> Answer:
        url, plain = request.url, request.url.partition("?")[0]
        above = [key for key in self.routes if key.endswith("/") and plain.startswith(key)]
        keys = [key for key in (url, plain) if key in self.routes] or sorted(above, key=len)[-1:]
        if not keys:
            return Answer(status=404)
        route = self.routes[keys[0]]
        if isinstance(route, bytes):
            return Answer(body=route)
        return route if isinstance(route, Answer) else route(request)

    def _ranged(self, request: Request, answer: Answer) -> Answer:
        wanted = request.headers.get("range", "")
        if not (self._ranges and wanted and answer.status == 200):
            return answer
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        piece = answer.body[int(first) : int(last) + 1 if last else None]
        if not piece:
            return replace(answer, status=416, body=b"")
        return replace(answer, status=206, body=piece)

    def _travelled(
        self, url: str, answer: Answer, guard: TokenServer | None, token: str
    ) -> _Arrival:
        count = len(answer.body)
        if self._cuts[url]:
            count = min(count, self._cuts[url].popleft())
        if guard is not None:
            count = guard.spend(token, count)
        self.served[url] += count
        broken = count < len(answer.body)
        return _Arrival(answer=replace(answer, body=answer.body[:count]), broken=broken)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arrival:
    """As much of an answer as came through."""

    answer: Answer
    broken: bool = False


def _refuse(url: str, answer: Answer) -> None:
    if answer.status in (401, 407):
        who = url if answer.status == 401 else f"the proxy on the way to {url}"
        raise AuthRequired(
            f"{who} wants credentials",
            hint="give the source credentials",
            url=url,
            status=answer.status,
        )
    if answer.status == 429:
        after = answer.headers.get("retry-after")
        seconds = float(after) if after else None
        raise RateLimited(url, seconds, headers=answer.headers, said=_text(answer))
    if answer.status >= 400:
        raise HttpStatus(url, answer.status, headers=answer.headers, said=_text(answer))


def _text(answer: Answer) -> str:
    return answer.body[:4096].decode("utf-8", "replace")


def _broken(url: str, count: int) -> TransportError:
    return TransportError(
        f"the connection to {url} broke after {count} bytes",
        hint="try again; what was verified is kept",
        url=url,
    )
