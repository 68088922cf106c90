"""How the network is used: every limit and credential file of the transport, in one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..errors import UsageError
from .ports import Origin
from .proxies import Proxies, split_hosts

__all__ = ["TransportSettings", "for_source"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportSettings:
    """The limits of a transport, and what it proves itself and others with.

    Nothing is taken from the environment, and no netrc is read.

    Example::

        settings = TransportSettings(
            ca_files=(Path("site-ca.pem"),),
            proxies=Proxies.from_environment(os.environ),
        )
        with HttpTransport(settings) as transport:
            transport.request("GET", "https://feed.example/trust/timestamp.json")
    """

    ca_files: tuple[Path, ...] = ()
    """PEM files of authorities that are trusted beside the system's."""
    system_ca: bool = True
    """Whether the authorities that the system trusts are trusted."""
    client_certificate: Path | None = None
    """PEM file that proves who we are to servers which ask; may hold the key too."""
    client_key: Path | None = None
    """PEM file of its key, without a passphrase; None if it is in the certificate's file."""
    proxies: Proxies = field(default_factory=Proxies)
    """What requests go through."""
    plain_http_hosts: frozenset[str] = frozenset()
    """Hosts (``host`` or ``host:port``, lower case) that may be spoken to without TLS."""
    user_agent: str = "imageferry"
    """What servers are told of us."""
    connect_timeout: float = 10.0
    """Seconds to reach a host, all its addresses together."""
    deadline: float = 60.0
    """Seconds for a `request`, with redirects, retries and waits."""
    stall_limit: float = 30.0
    """Seconds in which a download must bring *stall_bytes*, or its end."""
    stall_bytes: int = 30 << 10
    """Bytes that count as progress within *stall_limit*."""
    redirects: int = 5
    """Redirects that are followed."""
    retries: int = 5
    """Further attempts after a failure that may pass; progress begins the count anew."""
    backoff: float = 0.5
    """Seconds before the first further attempt; doubled each time, up to *retry_after_cap*."""
    retry_after_cap: float = 60.0
    """The longest wait before a further attempt in seconds, whatever Retry-After says."""
    connections: int = 6
    """Connections for one large blob, at most."""
    parallel_from: int = 64 << 20
    """Missing bytes from which a blob may be fetched over several connections."""
    fast: float = 200e6
    """Bytes a second that are fast for one connection: a large blob then needs no others."""
    segment: int = 8 << 20
    """Bytes that each of several connections fetches at a time."""


def for_source(
    settings: TransportSettings, location: str, options: Mapping[str, Any]
) -> TransportSettings:
    """Return *settings* with the options of one source laid over them.

    Args:
        settings: the global ones.
        location: the source's URL; ``plain-http`` is for its host alone.
        options: those of `network_options`, each as what it is; others are not ours.

    Raises UsageError for a proxy that is malformed or bears a password: a source's options are
    stored and shown, secrets are kept elsewhere.
    """
    if "ca-file" in options:
        settings = replace(settings, ca_files=(*settings.ca_files, Path(options["ca-file"])))
    if "client-certificate" in options:
        key = options.get("client-key")
        settings = replace(
            settings,
            client_certificate=Path(options["client-certificate"]),
            client_key=Path(key) if key else None,
        )
    if options.get("plain-http") and location.startswith("http://"):
        origin = Origin.of(location)
        plain = settings.plain_http_hosts | {f"{origin.host}:{origin.port}"}
        settings = replace(settings, plain_http_hosts=plain)
    return replace(settings, proxies=_source_proxies(settings.proxies, options))


def _source_proxies(proxies: Proxies, options: Mapping[str, Any]) -> Proxies:
    proxy = options.get("proxy", "")
    if proxy == "none":
        return Proxies()
    if "@" in urlsplit(proxy).netloc:
        raise UsageError(
            "a source's proxy cannot bear a password",
            hint="set it for all sources, where it is not stored with them",
        )
    if proxy:
        proxies = replace(proxies, http=proxy, https=proxy)
    if "no-proxy" in options:
        proxies = replace(proxies, no_proxy=split_hosts(options["no-proxy"]))
    return proxies
