"""Endpoints: where a registry is spoken to, and what names mean there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import urlencode, urlsplit

from provider_core.errors import UsageError
from provider_core.transport import Origin
from provider_core.transport.urls import Reach, reach, shown

from .names import HUB, canonical_host, hub_path, is_repository, split_host

__all__ = ["HUB_URL", "Endpoint", "endpoint_at", "endpoint_of_host"]

HUB_URL: Final = "https://registry-1.docker.io"
"""Where Docker Hub's registry is; nothing answers at docker.io itself."""

_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One registry, or a part of one."""

    base: str
    """What stands before ``/v2/`` in its URLs, without a slash at the end."""
    prefix: str = ""
    """Path in front of every repository's, as in ``team/``; '' for none."""

    @property
    def origin(self) -> Origin:
        """What its credentials are bound to."""
        return _origin_of(self.base)

    @property
    def host(self) -> str:
        """The host, with the port where it is no default, as references have it in front."""
        origin = self.origin
        host = f"[{origin.host}]" if ":" in origin.host else origin.host
        port = "" if origin.port == _DEFAULT_PORTS[origin.scheme] else f":{origin.port}"
        return canonical_host(host + port)

    @property
    def is_hub(self) -> bool:
        """Whether it is Docker Hub itself, not a mirror of it."""
        return self.host == HUB and not self.prefix

    @property
    def root(self) -> str:
        """The URL of the API's root (distribution-spec, "Determining Support")."""
        return f"{self.base}/v2/"

    def local(self, name: str) -> str | None:
        """Return the repository that *name* means here, without the prefix.

        None if it bears another registry's host, or cannot be a repository's name.  Docker Hub's
        own have their ``library/``.
        """
        host, path = split_host(name)
        path = path.lower()
        if host and host != self.host:
            return None
        if host and self.prefix:
            if not path.startswith(self.prefix):
                return None
            path = path.removeprefix(self.prefix)
        if not is_repository(path):
            return None
        return hub_path(path) if self.is_hub else path

    def whole(self, repository: str) -> str:
        """Return the path of *repository* in the registry, prefix included, as scopes have it."""
        return self.prefix + repository

    def url(self, repository: str, path: str, *, namespace: str = "") -> str:
        """Return the URL of *path* (``manifests/1.2``) of *repository*.

        *namespace* is told to proxies (``ns``, distribution-spec "Registry Proxying").
        """
        query = f"?{urlencode({'ns': namespace})}" if namespace else ""
        return f"{self.root}{self.whole(repository)}/{path}{query}"


def endpoint_at(location: str) -> Endpoint:
    """Read the URL of a registry as a source or mirror has it.

    ``https://host[:port]``; a path after it stands in front of every repository's
    (``https://host/team``), unless it has a part ``v2``, where the API begins
    (``https://host/artifactory/api/docker/hub/v2/team``).  ``registry://`` and ``docker://`` are
    https, or http on this machine.  Docker Hub's names all lead to its registry.

    Raises UsageError for anything else.
    """
    try:
        parts = urlsplit(location)
        Origin.of(f"https://{parts.netloc}/")
    except (ValueError, UsageError):
        raise _no_registry(location) from None
    scheme = parts.scheme
    if scheme in ("registry", "docker"):
        scheme = _default_scheme(parts.netloc)
    if scheme not in _DEFAULT_PORTS or parts.query or parts.fragment:
        raise _no_registry(location)
    before, mark, after = f"{parts.path.rstrip('/')}/".partition("/v2/")
    root, prefix = (before, after) if mark else ("", before.lstrip("/"))
    prefix = prefix.strip("/")
    if prefix and not is_repository(prefix):
        raise _no_registry(location)
    base = f"{scheme}://{parts.netloc.lower()}"
    if canonical_host(parts.netloc) == HUB:
        base = HUB_URL
    return Endpoint(base=base + root, prefix=f"{prefix}/" if prefix else "")


def endpoint_of_host(host: str, *, plain: bool = False) -> Endpoint:
    """Return where the registry *host* of a full reference is.

    That is by https; by plain http on this machine, or if *plain* says so.  Raises UsageError if
    it cannot be a host.
    """
    if host == HUB:
        return Endpoint(base=HUB_URL)
    scheme = "http" if plain else _default_scheme(host)
    return endpoint_at(f"{scheme}://{host}")


def _default_scheme(place: str) -> str:
    try:
        host = urlsplit(f"//{place}").hostname or ""
    except ValueError:
        host = ""
    return "http" if reach(host) is Reach.LOOPBACK else "https"


def _no_registry(location: str) -> UsageError:
    way = "https"
    more = ""
    if location.partition("://")[0].lower() == "registry":
        way, more = "registry", "; a path has small letters, and tags are those of the images"
    place = shown(location) if "://" in location else location.rpartition("@")[2]
    return UsageError(
        f"{place} is not the URL of a registry",
        hint=f"write {way}://host, {way}://host:port or {way}://host/path{more}",
    )


@lru_cache(maxsize=64)
def _origin_of(base: str) -> Origin:
    """Return the origin of *base*, which is asked for several times a request."""
    return Origin.of(base)
