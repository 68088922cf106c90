"""Realms: which token server a registry may send us to, and which may see a secret.

A registry names its token server in a header, so a hostile one could name a machine inside our
network, or its own for credentials that are another's (CVE-2020-15157 and its many descendants).
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from provider_core.errors import AuthRequired, TransportError
from provider_core.transport import Origin
from provider_core.transport.urls import Reach, origin_of, reach, shown

__all__ = ["checked_realm"]

_PAIRS = {"registry-1.docker.io": frozenset({"auth.docker.io"})}
"""Registries whose token server is known to be a neighbour's name."""


def checked_realm(
    realm: str, registry: Origin, *, secret: bool, trusted: Collection[str] = ()
) -> str:
    """Return *realm*, the URL of a token server, if *registry* may name it.

    It is https, or plain http where the registry is spoken to in that too and is the same host
    or this machine; has no user in it and no fragment.  Where it may lead on the network is the
    transport's (`told_by`).  With a *secret* it must also be the registry's host, a host above or
    below it, one that is known to belong to it, or one that the user *trusted* (``host`` or
    ``host:port``); by plain http the very same port, for others of this machine may be anybody's.

    Raises TransportError, AuthRequired for a host that must not see the secret.
    """
    try:
        target = origin_of(realm)
    except TransportError:
        raise _refused(registry, realm, "no https URL without a user") from None
    if urlsplit(realm).fragment:
        raise _refused(registry, realm, "a URL with a fragment")
    if target.scheme == "http" and not _may_be_plain(target, registry):
        raise _refused(registry, realm, "not encrypted")
    if secret and not _may_see_secret(target, registry, trusted):
        raise AuthRequired(
            f"{registry.host} wants its credentials sent to {target.host},"
            " which nobody said it may have",
            hint=f"if it is its token server: `ferry source set NAME --token-host {target.host}`,"
            " or --token-host with this command",
            host=target.host,
        )
    return realm


def _may_be_plain(target: Origin, registry: Origin) -> bool:
    if registry.scheme != "http":
        return False
    return target.host == registry.host or reach(target.host) is reach(registry.host) is (
        Reach.LOOPBACK
    )


def _may_see_secret(target: Origin, registry: Origin, trusted: Collection[str]) -> bool:
    host, home = target.host, registry.host
    if host in trusted or f"{host}:{target.port}" in trusted or target == registry:
        return True
    if target.scheme == "http":
        return False
    if host == home or host in _PAIRS.get(home, ()):
        return True
    if _is_address(host) or _is_address(home):
        return False
    return _is_below(host, home) or _is_below(home, host)


def _is_below(host: str, above: str) -> bool:
    """Whether *host* lies in the zone of *above*, whole labels, at least two of them."""
    return "." in above and host.endswith(f".{above}")


def _is_address(host: str) -> bool:
    return ":" in host or host.rpartition(".")[2].isdigit()


def _refused(registry: Origin, realm: str, why: str) -> TransportError:
    return TransportError(
        f"{registry.host} names {shown(realm)} as its token server: {why}",
        hint="ask whoever runs that registry",
        url=shown(realm),
    )
