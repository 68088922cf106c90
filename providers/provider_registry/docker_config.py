"""Docker's ``config.json`` and containers' ``auth.json``: bytes to the logins they name.

Both have ``auths``, ``credsStore`` and ``credHelpers`` (docs.docker.com, ``docker login``;
containers-auth.json(5)).  Keys are compared whole: a host that only ends or begins like a known
one is another host (CVE-2026-105769).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from provider_core.credentials import IDENTITY_TOKEN, Credential
from provider_core.oci.json_document import Node, parse_json

__all__ = ["DockerConfig", "Server", "parse_docker_config", "server_key"]

_LIMIT = 4 << 20
_MOST = 10_000
_HUB_KEY = "https://index.docker.io/v1/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A key of these files, in one spelling."""

    place: str
    """``host[:port][/namespace…]``, lower-case host, without a default port."""
    plain: bool = False
    """Whether the key says ``http://``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DockerConfig:
    """What one file says."""

    logins: Mapping[Server, Credential] = field(default_factory=dict, repr=False)
    """From ``auths``; entries without a secret are left out."""
    helpers: Mapping[Server, str] = field(default_factory=dict)
    """From ``credHelpers``: who keeps the secret of one registry."""
    store: str = ""
    """From ``credsStore``: who keeps the others; '' for nobody."""

    def login(self, hosts: tuple[str, ...], repository: str, *, plain: bool) -> Credential | None:
        """Return the login that is written here for *repository* on one of *hosts*.

        The most specific key wins (containers-auth.json(5)).  With *plain*, which means http to
        another machine, only a key that says http:// counts.
        """
        for place in _places(hosts, repository):
            for server in (Server(place=place, plain=True), Server(place=place)):
                if server in self.logins and (server.plain or not plain):
                    return self.logins[server]
        return None

    def helper(self, hosts: tuple[str, ...], repository: str) -> tuple[str, str] | None:
        """Return (helper, what it knows the server as), None if nobody keeps it.

        ``credHelpers`` go before ``credsStore``.
        """
        for place in _places(hosts, repository):
            for server in (Server(place=place), Server(place=place, plain=True)):
                if server in self.helpers:
                    return self.helpers[server], _address(place)
        return (self.store, _address(hosts[0])) if self.store else None


def parse_docker_config(data: bytes, *, what: str) -> DockerConfig:
    """Read a file's bytes; *what* names it in errors.  Raises DocumentError, without secrets."""
    document = parse_json(data, limit=_LIMIT, what=what)
    root = Node(document, what=what)
    logins = {}
    for key, entry in _entries(document, root):
        login = _login(entry)
        if login is not None:
            logins[server_key(key)] = login
    helpers = root.string_map("credHelpers", limit=_MOST)
    return DockerConfig(
        logins=logins,
        helpers={server_key(key): name for key, name in helpers.items() if name},
        store=root.optional("credsStore", str, ""),
    )


def server_key(key: str) -> Server:
    """Return what a key of these files names: the host, without scheme and API version."""
    scheme, mark, rest = key.partition("://")
    plain = bool(mark) and scheme.lower() == "http"
    host, slash, path = (rest if mark else key).rstrip("/").partition("/")
    if path.removeprefix("/") in ("v1", "v2"):
        slash = path = ""
    host = host.lower().removesuffix(":80" if plain else ":443")
    return Server(place=f"{host}{slash}{path}", plain=plain)


def _entries(document: Mapping[str, object], root: Node) -> Iterator[tuple[str, Node]]:
    root.child("auths")  # says where something else than an object is
    auths = document.get("auths")
    if not isinstance(auths, dict):
        return
    if len(auths) > _MOST:
        raise root.error(f"more than {_MOST} entries", "auths")
    holder = Node(auths, what="auths")
    for key in auths:
        entry = holder.child(key)
        if entry is not None:
            yield key, entry


def _login(entry: Node) -> Credential | None:
    """Return the login of one entry of ``auths``, None if its secret is kept elsewhere."""
    identity = entry.optional("identitytoken", str, "")
    if identity:
        return Credential(username=IDENTITY_TOKEN, secret=identity)
    bearer = entry.optional("registrytoken", str, "")
    if bearer:
        return Credential(username="", secret=bearer)
    packed = entry.optional("auth", str, "")
    if packed:
        username, secret = _unpacked(packed, entry)
    else:
        username = entry.optional("username", str, "")
        secret = entry.optional("password", str, "")
    return Credential(username=username, secret=secret) if username and secret else None


def _unpacked(packed: str, entry: Node) -> tuple[str, str]:
    try:
        text = base64.b64decode(packed, validate=True).decode()
    except (binascii.Error, ValueError):
        raise entry.error("it is not base64 of user:password", "auth") from None
    username, colon, secret = text.partition(":")
    if not colon:
        raise entry.error("it is not base64 of user:password", "auth") from None
    return username, secret.rstrip("\0")  # old dockers padded it


def _places(hosts: tuple[str, ...], repository: str) -> Iterator[str]:
    """Yield the keys that may stand for *repository*, the most specific first."""
    parts = repository.split("/") if repository else []
    for count in range(len(parts), -1, -1):
        for host in hosts:
            yield "/".join((host, *parts[:count]))


def _address(place: str) -> str:
    """Return what helpers call a server: Docker Hub has a name of its own."""
    return _HUB_KEY if place == "index.docker.io" else place
