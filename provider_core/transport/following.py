"""Following redirects and answering challenges: whose secrets go where."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace

from ..errors import AuthRequired, TransportError
from .exchange import Ask, Exchanges, Reply
from .ports import Auth, Origin
from .settings import TransportSettings
from .urls import check_told, next_url, origin_of, reach, shown
from .waiting import Watch

__all__ = ["Follower"]

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HARMLESS = frozenset(
    {"accept", "accept-encoding", "accept-language", "if-range", "range", "user-agent"}
)
"""Headers that go to other origins too: whatever else the caller set may be a secret."""


class Follower:
    """Brings requests to where they are answered, with the credentials of one Auth.

    The Auth is asked only for headers to the origin that the caller named, and sees only that
    origin's challenges; what a redirect leads to elsewhere gets nothing that could be secret.
    """

    def __init__(
        self, exchanges: Exchanges, settings: TransportSettings, auth: Auth | None
    ) -> None:
        self._exchanges = exchanges
        self._settings = settings
        self._auth = auth
        self._refreshing = threading.Lock()

    def send(self, ask: Ask, watch: Watch) -> Reply:
        """Return the answer that is no redirect; GET and HEAD are redirected, others not.

        A 401 is answered with new credentials once, if the Auth has some.

        Raises TransportError; AuthRequired for a 401 that stays, and for a proxy's 407.
        """
        home = origin_of(ask.url)
        sent = self._secrets(home)
        reply = self._walk(ask, sent, home, watch)
        if self._is_refused(reply, home) and self._refreshed(home, sent, reply):
            reply.drop()
            reply = self._walk(ask, self._secrets(home), home, watch)
        _check_permission(reply)
        return reply

    def _walk(self, ask: Ask, secrets: Mapping[str, str], home: Origin, watch: Watch) -> Reply:
        here, hop = replace(ask, headers={**ask.headers, **secrets}), None
        if ask.told_by is not None:
            check_told(ask.url, ask.told_by)
            hop = reach(ask.told_by.host)
        for _ in range(self._settings.redirects + 1):
            reply = self._exchanges.send(here, watch, home=hop)
            location = reply.headers.get("location")
            if not self._is_redirect(reply, ask.method) or location is None:
                return reply
            reply.drop()
            url = next_url(here.url, location, home, self._settings.plain_http_hosts)
            hop = reach(home.host)
            foreign = origin_of(url) != home or origin_of(here.url) != home
            here = replace(
                here, url=url, headers=_harmless(here.headers) if foreign else here.headers
            )
        raise TransportError(
            f"{shown(ask.url)} redirects more than {self._settings.redirects} times",
            hint="ask whoever runs that server",
            url=shown(ask.url),
        )

    def _secrets(self, home: Origin) -> Mapping[str, str]:
        if self._auth is None:
            return {}
        return {name.lower(): value for name, value in self._auth.headers(home).items()}

    def _is_redirect(self, reply: Reply, method: str) -> bool:
        return reply.status in _REDIRECTS and method in ("GET", "HEAD")

    def _is_refused(self, reply: Reply, home: Origin) -> bool:
        return reply.status == 401 and origin_of(reply.url) == home

    def _refreshed(self, home: Origin, sent: Mapping[str, str], reply: Reply) -> bool:
        try:
            return self._refresh(home, sent, reply)
        except BaseException:
            reply.close()
            raise

    def _refresh(self, home: Origin, sent: Mapping[str, str], reply: Reply) -> bool:
        """Get new credentials, unless another thread did since *sent*."""
        if self._auth is None:
            return False
        with self._refreshing:
            if self._secrets(home) != sent:
                return True
            return self._auth.on_401(reply.headers.get("www-authenticate", ""))


def _harmless(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name in _HARMLESS}


def _check_permission(reply: Reply) -> None:
    if reply.status not in (401, 407):
        return
    reply.close()
    url = shown(reply.url)
    if reply.status == 407:
        raise AuthRequired(
            f"the proxy on the way to {url} wants a user and password",
            hint="set the proxy as http://user:password@host:port",
            url=url,
            status=reply.status,
        )
    raise AuthRequired(
        f"{url} wants credentials",
        hint="give the source credentials",
        url=url,
        status=reply.status,
    )
