"""What a URL may be, where a redirect may lead, and how a URL is shown: rules without I/O."""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import Enum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urljoin, urlsplit

from ..errors import TransportError, UsageError
from .ports import Origin

__all__ = [
    "Reach",
    "check_plain",
    "check_told",
    "may_lead",
    "next_url",
    "origin_of",
    "reach",
    "shown",
]

_METADATA = tuple(
    ip_network(text)
    for text in ("169.254.0.0/16", "fe80::/10", "fd00:ec2::254/128", "100.100.100.200/32")
)
"""Link-local, and where clouds answer questions about the machine itself."""

_LONGEST = 8192
_DISPUTED = re.compile(r"[\x00-\x20\x7f\\]")
"""Characters that parsers of URLs disagree about."""


class Reach(Enum):
    """From where a host can be reached."""

    LOOPBACK = "this machine"
    LINK_LOCAL = "this link or cloud machine"
    ELSEWHERE = "elsewhere"


def reach(host: str) -> Reach:
    """Return the reach of a host name or address; a name other than localhost is elsewhere."""
    if host == "localhost" or host.endswith(".localhost"):
        return Reach.LOOPBACK
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return Reach.ELSEWHERE
    address = _unmapped(address)
    if any(address in network for network in _METADATA):
        return Reach.LINK_LOCAL
    return Reach.LOOPBACK if address.is_loopback or address.is_unspecified else Reach.ELSEWHERE


def may_lead(home: Reach, target: Reach) -> bool:
    """Whether a redirect from a host of reach *home* may lead to one of reach *target*."""
    return target in (Reach.ELSEWHERE, home)


def shown(url: str) -> str:
    """Return *url* without what may be secret: user, password, query, fragment."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "a malformed URL"
    place = f"[{host}]" if ":" in host else host
    place += f":{port}" if port else ""
    query = "?…" if parts.query else ""
    return f"{parts.scheme}://{place}{parts.path}{query}"


def origin_of(url: str) -> Origin:
    """Return the origin of *url*.

    Raises TransportError for what is not an http(s) URL, has a user in it, is longer than 8 KiB,
    or has characters that parsers of URLs disagree about.
    """
    if len(url) > _LONGEST or _DISPUTED.search(url):
        raise TransportError(f"{shown(url[:256])} is no well-formed URL", hint="check the location")
    try:
        return Origin.of(url)
    except UsageError:
        raise TransportError(
            f"{shown(url)} is not an http(s) URL without a user in it",
            hint="write https://host/path; give credentials apart",
        ) from None


def check_plain(origin: Origin, plain_hosts: Collection[str]) -> None:
    """Raise TransportError for plain http to a host that is neither this machine nor permitted.

    *plain_hosts* has ``host`` or ``host:port``, lower case.
    """
    if origin.scheme == "https" or reach(origin.host) is Reach.LOOPBACK:
        return
    if origin.host in plain_hosts or f"{origin.host}:{origin.port}" in plain_hosts:
        return
    raise TransportError(
        f"http://{origin.host}:{origin.port} is not encrypted",
        hint="use https, or set the source's option plain-http if you trust the network",
    )


def next_url(current: str, location: str, home: Origin, plain_hosts: Collection[str]) -> str:
    """Return where a redirect leads.

    Args:
        current: the URL that answered.
        location: its Location header (RFC 9110 §10.2.2), absolute or relative.
        home: the origin that was asked first.
        plain_hosts: as `check_plain` takes them.

    Raises TransportError for anything but http and https, for a URL with a user in it, from https
    to http, and into this machine or its link from elsewhere.
    """
    try:
        url = urljoin(current, location)
        target = origin_of(url)
    except (ValueError, TransportError):
        raise _refused(current, "something that is not an http(s) URL") from None
    if origin_of(current).scheme == "https" and target.scheme == "http":
        raise _refused(current, "an unencrypted place")
    if not may_lead(reach(home.host), reach(target.host)):
        raise _refused(current, reach(target.host).value)
    check_plain(target, plain_hosts)
    return url


def check_told(url: str, told_by: Origin) -> None:
    """Raise TransportError if *url*, which *told_by* named, is one it may not lead to.

    As for a redirect: not from https to http, and not into this machine or its link from
    elsewhere.
    """
    target = origin_of(url)
    where = ""
    if told_by.scheme == "https" and target.scheme == "http":
        where = "an unencrypted place"
    elif not may_lead(reach(told_by.host), reach(target.host)):
        where = reach(target.host).value
    if where:
        raise TransportError(
            f"{told_by.host} sends us to {shown(url)}, {where}, which is refused",
            hint="ask whoever runs that server",
            url=shown(url),
        )


def _refused(current: str, where: str) -> TransportError:
    return TransportError(
        f"{shown(current)} redirects to {where}, which is refused",
        hint="ask whoever runs that server",
        url=shown(current),
    )


def _unmapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
