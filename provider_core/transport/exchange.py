"""One request and the head of its answer; redirects and credentials are the caller's."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import requests
from urllib3 import HTTPResponse

from ..errors import SizeMismatch, TransportError
from .bodies import Flow
from .connections import ClockedAdapter, Passage, passing_through
from .failures import broken, translated
from .pacing import Pace
from .ports import Body, Origin
from .settings import TransportSettings
from .tls import tls_context
from .urls import Reach, check_plain, origin_of, shown
from .waiting import Watch

__all__ = ["Ask", "Exchanges", "Reply"]

PIECE = 1 << 20
"""Bytes that are read at once, at most."""

_DRAINED = 64 << 10
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

    def __init__(self, url: str, raw: HTTPResponse, watch: Watch, pace: Pace | None) -> None:
        self.url = url
        """What was asked."""
        self.status = raw.status
        self.headers: Mapping[str, str] = {
            name.lower(): ", ".join(raw.headers.getlist(name)) for name in raw.headers
        }
        """Names in lower case; several of a name are joined by commas."""
        self.length = raw.length_remaining
        """Bytes of the body as its framing says; None if it does not say."""
        self._raw = raw
        self._watch = watch
        self._pace = pace

    def piece(self) -> bytes:
        """Return the next bytes of the body as they come, at most 1 MiB; b'' at the end.

        Raises TransportError, also for a body that ends before its Content-Length.
        """
        size = PIECE if self._pace is None else self._pace.piece
        with translated(self.url, self._watch.seconds):
            data = self._raw.read1(size, decode_content=False)
        if self._pace is not None:
            self._watch.postpone(self._pace.passed(len(data), self._watch.check))
        return data

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
        self._adapter: ClockedAdapter | None = None
        self._lock = threading.Lock()

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
        body = ask.body if isinstance(ask.body, bytes) else Flow(ask.body, watch, self._pace)
        if self._pace is not None and isinstance(body, bytes) and body:
            watch.postpone(self._pace.passed(len(body), watch.check))
        passage = Passage(watch=watch, connect_timeout=self._settings.connect_timeout, home=home)
        with translated(ask.url, watch.seconds), passing_through(passage):
            prepared = requests.Request(
                ask.method, ask.url, headers=self._headers(ask), data=body or None
            ).prepare()
            if prepared.url is None or origin_of(prepared.url) != origin:
                raise broken(ask.url, "its host can be read in two ways")
            seconds = watch.remaining()
            answer = self._transport().send(
                prepared,
                stream=True,
                timeout=(seconds, seconds),
                proxies={origin.scheme: proxy} if proxy else {},
            )
        reply = Reply(ask.url, answer.raw, watch, self._pace)
        _LOG.debug("%s %s: %d", ask.method, shown(ask.url), reply.status)
        return _unencoded(reply)

    def close(self) -> None:
        """Close the pooled connections; the next request opens new ones."""
        with self._lock:
            adapter, self._adapter = self._adapter, None
        if adapter is not None:
            adapter.close()

    def _transport(self) -> ClockedAdapter:
        with self._lock:
            if self._adapter is None:
                self._adapter = ClockedAdapter(tls_context(self._settings))
            return self._adapter

    def _headers(self, ask: Ask) -> dict[str, str]:
        ours = {
            "user-agent": self._settings.user_agent,
            "accept": "*/*",
            "accept-encoding": "identity",
        }
        return {**ours, **ask.headers, "accept-encoding": "identity"}


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
