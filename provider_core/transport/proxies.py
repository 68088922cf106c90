"""Which proxy a request goes through: settings, never the environment by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Self
from urllib.parse import urlsplit

from ..errors import UsageError
from .ports import Origin
from .urls import shown

__all__ = ["Proxies"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxies:
    """The proxies of a network.

    Raises UsageError for a proxy that is not ``http://[user:password@]host[:port]``.
    """

    http: str = field(default="", repr=False)
    """Proxy for plain http; '' for none.  May hold a password: never shown."""
    https: str = field(default="", repr=False)
    """Proxy for https, by CONNECT; '' for none.  May hold a password: never shown."""
    no_proxy: tuple[str, ...] = ()
    """Reached without: host, .domain, host:port, address, network (10.0.0.0/8), or * for all."""

    def __post_init__(self) -> None:
        for url in filter(None, (self.http, self.https)):
            try:
                parts = urlsplit(url)
                usable = parts.scheme == "http" and bool(parts.hostname) and parts.port != 0
            except ValueError:
                usable = False
            if not usable:
                raise UsageError(
                    f"{shown(url)} is not the URL of a proxy",
                    hint="write http://host:port; the proxy itself is spoken to in plain http",
                )

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Read http_proxy, https_proxy, all_proxy and no_proxy, lower case first.

        A CGI program's HTTP_PROXY comes from a request's header, and is ignored.
        """

        def value(name: str) -> str:
            upper = "" if name == "http_proxy" and "REQUEST_METHOD" in environ else name.upper()
            return environ.get(name) or environ.get(upper, "")

        every = value("all_proxy")
        return cls(
            http=_with_scheme(value("http_proxy") or every),
            https=_with_scheme(value("https_proxy") or every),
            no_proxy=split_hosts(value("no_proxy")),
        )

    def choose(self, origin: Origin) -> str:
        """Return the proxy for requests to *origin*; '' if they go straight there."""
        proxy = self.https if origin.scheme == "https" else self.http
        if any(_names(entry, origin) for entry in self.no_proxy):
            return ""
        return proxy


def split_hosts(text: str) -> tuple[str, ...]:
    """Return the entries of a list that is separated by commas or spaces, in lower case."""
    return tuple(text.lower().replace(",", " ").split())


def _with_scheme(proxy: str) -> str:
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


def _names(entry: str, origin: Origin) -> bool:
    """Whether a no_proxy entry means *origin*; a domain means its subdomains too."""
    if entry == "*":
        return True
    if _is_in_network(origin.host, entry):
        return True
    host, colon, port = entry.rpartition(":")
    if colon and port.isascii() and port.isdigit() and "/" not in entry:
        if int(port) != origin.port:
            return False
        entry = host.strip("[]")
    domain = entry.lstrip(".").removeprefix("*.")
    return origin.host == domain or origin.host.endswith(f".{domain}")


def _is_in_network(host: str, entry: str) -> bool:
    try:
        return ip_address(host) in ip_network(entry.strip("[]"), strict=False)
    except ValueError:
        return False
