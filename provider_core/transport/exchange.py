"""One request and the head of its answer; redirects and credentials are the caller's."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from urllib3 import HTTPResponse
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from ..disk.direct import block_buffer
from ..errors import SizeMismatch, TransportError
from .bodies import Flow
from .connections import ClockedResponse, Passage, passing_through
from .failures import broken, translated
from .pacing import Pace
from .pools import ClockedPools
from .ports import Body, Origin
from .settings import TransportSettings
from .urls import Reach, check_plain, origin_of, shown
from .waiting import Watch

__all__ = ["PIECE", "Ask", "Exchanges", "Reply"]

PIECE = 1 << 20
"""Bytes that are read at once, at most."""

_DRAINED = 64 << 10
_HEADER = re.compile(r"[^:\s]+:(\S[^\r\n]*)?")
_LOG = logging.getLogger("provider_core.transport")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is sent."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, hash=False, repr=False)
    """Names in lower case; those of an Auth too."""
    body: bytes | Body = field(default=b"", repr=False)
    told_by: Origin | None = None
    """Who named the URL, if the caller knows it from somebody else."""


class Reply:
    """An answer whose body is still to be read; close it."""

    def __init__(
        self,
        url: str,
        raw: HTTPResponse,
        answer: ClockedResponse,
        watch: Watch,
        pace: Pace | None,
    ) -> None:
        self.url = url
        """What was asked."""
        self.status = raw.status
        self.headers: Mapping[str, str] = {
            name.lower(): ", ".join(raw.headers.getlist(name)) for name in raw.headers
        }
        """Names in lower case; several of a name are joined by commas."""
        self.length = raw.length_remaining
        """Bytes of the body as its framing says; None if it does not say."""
        self._raw = raw  # urllib3's: the head, and the way back to the pool
        self._answer = answer  # http.client's below it, which fills a buffer of ours
        self._watch = watch
        self._pace = pace
        self._buffer = memoryview(b"")

    def piece(self, most: int = PIECE) -> memoryview:
        """Return the next bytes of the body as they come, *most* or fewer; none at the end.

        They are valid until the next call, and lie where a direct write can take them.
        Raises TransportError, also for a body that ends before its Content-Length.
        """
        size = min(most, PIECE if self._pace is None else self._pace.piece)
        with translated(self.url, self._watch.seconds):
            count = self._answer.fill(self._room(size))
        if self._answer.isclosed():  # the body is over, the next request may come
            self._raw.release_conn()
        if self._pace is not None:
            self._watch.postpone(self._pace.passed(count, self._watch.check))
        return self._buffer[:count]

    def _room(self, size: int) -> memoryview:
        """Return the beginning of the buffer, at most *size* bytes; made when it is needed."""
        if not self._buffer:
            expected = PIECE if self.length is None else min(PIECE, self.length)
            self._buffer = block_buffer(max(expected, 1))
        return self._buffer[:size]

    def whole(self, limit: int) -> bytes:
        """Return the body; SizeMismatch above *limit* bytes, TransportError."""
        if self.length is not None and self.length > limit:
            raise SizeMismatch(limit, self.length, what=shown(self.url))
        body = bytearray()
        while data := self.piece():
            body += data
            if len(body) > limit:
                raise SizeMismatch(limit, len(body), what=shown(self.url))
        return bytes(body)

    def drop(self) -> None:
        """Read the rest if it is short, so that the connection can be used again, and close."""
        try:
            if self.length is not None and self.length <= _DRAINED:
                self.whole(_DRAINED)
        except (SizeMismatch, TransportError):
            _LOG.debug("the rest of %s was not read", shown(self.url))
        finally:
            self.close()

    def close(self) -> None:
        """End the connection unless the body was read to its end."""
        self._raw.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class Exchanges:
    """Sends requests with one set of settings; threads may share it."""

    def __init__(self, settings: TransportSettings, pace: Pace | None = None) -> None:
        self._settings = settings
        self._pace = pace
        self._pools = ClockedPools(settings)

    def send(self, ask: Ask, watch: Watch, *, home: Reach | None = None) -> Reply:
        """Send *ask* and return the head of the answer, whatever its status.

        Args:
            ask: the request.
            watch: the limit of this request, body included.
            home: where it began, if a redirect led to its URL.

        Raises TransportError: nothing there, broken, too late, not encrypted, or with a
        Content-Encoding, which is never asked for.
        """
        origin = origin_of(ask.url)
        check_plain(origin, self._settings.plain_http_hosts)
        proxy = self._settings.proxies.choose(origin)
        if self._pace is not None and isinstance(ask.body, bytes) and ask.body:
            watch.postpone(self._pace.passed(len(ask.body), watch.check))
        passage = Passage(watch=watch, connect_timeout=self._settings.connect_timeout, home=home)
        with translated(ask.url, watch.seconds), passing_through(passage):
            _check_host(ask.url, origin)
            seconds = watch.remaining()
            raw = self._pools.get(origin.scheme, proxy).urlopen(
                ask.method,
                ask.url,
                body=self._body(ask, watch),
                headers=self._headers(ask),
                timeout=seconds,
                retries=False,
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
        assert isinstance(raw, HTTPResponse)
        answer = passage.answers[-1]
        answer.length = raw.length_remaining  # http.client knows no length that is said twice
        reply = Reply(ask.url, raw, answer, watch, self._pace)
        _LOG.debug("%s %s: %d", ask.method, shown(ask.url), reply.status)
        return _unencoded(reply)

    def close(self) -> None:
        """Close the pooled connections; the next request opens new ones."""
        self._pools.close()

    def _body(self, ask: Ask, watch: Watch) -> bytes | Flow | None:
        if isinstance(ask.body, bytes):
            return ask.body or None
        return Flow(ask.body, watch, self._pace)

    def _headers(self, ask: Ask) -> dict[str, str]:
        ours = {
            "user-agent": self._settings.user_agent,
            "accept": "*/*",
            "accept-encoding": "identity",
        }
        length = {} if isinstance(ask.body, bytes) else {"content-length": str(len(ask.body))}
        headers = {**ours, **ask.headers, **length, "accept-encoding": "identity"}
        _check_headers(ask.url, headers)
        # Written as urllib3 writes them: for a proxy it adds an Accept where it finds none.
        return {name.title(): value for name, value in headers.items()}


def _check_headers(url: str, headers: Mapping[str, str]) -> None:
    """Raise TransportError for what would be another header, or none; it may be a secret."""
    for name, value in headers.items():
        if not _HEADER.fullmatch(f"{name}:{value}"):
            raise TransportError(
                f"a header for {shown(url)} has characters that headers cannot have",
                hint="check the credentials for that server",
                url=shown(url),
            )


def _check_host(url: str, origin: Origin) -> None:
    """Raise TransportError for a URL that leads elsewhere by the rules of those who send it."""
    with suppress(LocationParseError):
        read = parse_url(url)
        if origin == Origin(
            scheme=read.scheme or "",
            host=(read.host or "").strip("[]"),
            port=read.port or (443 if read.scheme == "https" else 80),
        ):
            return
    raise broken(url, "its host can be read in two ways")


def _unencoded(reply: Reply) -> Reply:
    encoding = reply.headers.get("content-encoding", "identity").strip().lower()
    if encoding in ("", "identity"):
        return reply
    reply.close()
    raise TransportError(
        f"{shown(reply.url)} came with the Content-Encoding {encoding[:32]!r}, unasked for",
        hint="switch compression off for these files on that server",
        url=shown(reply.url),
    )
