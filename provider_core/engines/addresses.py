"""Where engines are: what the settings say, what the environment says, and the default places."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from ..errors import UsageError
from .values import EngineAddress, EngineKind

__all__ = ["KNOWN", "Surroundings", "parse_setting"]

KNOWN = ("docker", "podman", "containerd")
"""Engines that have default places."""
_VARIABLES = {
    "docker": "DOCKER_HOST",
    "podman": "CONTAINER_HOST",
    "containerd": "CONTAINERD_ADDRESS",
}
_API_SCHEMES = ("unix", "npipe", "tcp", "ssh")
_FORM = "write NAME=URL, such as podman=unix:///run/podman/podman.sock"


class Surroundings:
    """The engines that settings, the environment and the default places of this machine show.

    Nothing is looked at before it is iterated over.  A name may come more than once; the first
    counts.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        setting: Iterable[str] = (),
        *,
        exists: Callable[[Path], bool] = Path.exists,
    ) -> None:
        self._environ = environ
        self._setting = setting
        self._exists = exists

    def __iter__(self) -> Iterator[EngineAddress]:
        yield from parse_setting(self._setting, self._environ)
        for name in KNOWN:
            address = self._said(name) or self._found(name)
            if address is not None:
                yield address

    def _said(self, name: str) -> EngineAddress | None:
        variable = _VARIABLES[name]
        url = self._environ.get(variable, "")
        if not url:
            return None
        if name == "containerd":
            url = f"containerd://{url.removeprefix('unix://')}{self._namespace()}"
        return EngineAddress(
            name=name,
            kind=_kind(url, variable),
            url=url,
            origin=variable,
            certificates=_certificates(url, self._environ),
        )

    def _found(self, name: str) -> EngineAddress | None:
        for url in _default_places(name, self._environ):
            if self._exists(Path(urlsplit(url).path)):
                address = url + (self._namespace() if name == "containerd" else "")
                return EngineAddress(
                    name=name, kind=_kind(url, "found"), url=address, origin="found"
                )
        return None

    def _namespace(self) -> str:
        named = self._environ.get("CONTAINERD_NAMESPACE", "")
        return f"?namespace={named}" if named else ""


def parse_setting(entries: Iterable[str], environ: Mapping[str, str]) -> Iterator[EngineAddress]:
    """Yield the engines of the setting ``engines``: ``NAME=URL``, or a known NAME alone.

    A name alone means its default place, whether something is there or not.  Raises UsageError.
    """
    for entry in entries:
        name, mark, url = (part.strip() for part in entry.partition("="))
        if not mark and name in KNOWN:
            said = {address.name: address.url for address in Surroundings(environ)}
            url = said.get(name) or _default_places(name, environ)[-1]
        if not name or not url:
            raise UsageError(f"{entry!r} names no engine", hint=_FORM, entry=entry)
        yield EngineAddress(
            name=name,
            kind=_kind(url, f"the engine {name}"),
            url=url,
            origin="setting",
            certificates=_certificates(url, environ),
        )


def _certificates(url: str, environ: Mapping[str, str]) -> Path | None:
    """Return the folder of certificates that the variables of Docker's client name."""
    if not url.startswith("tcp://") or not environ.get("DOCKER_TLS_VERIFY"):
        return None
    named = environ.get("DOCKER_CERT_PATH", "")
    return Path(named) if named else Path.home() / ".docker"


def _kind(url: str, said_by: str) -> EngineKind:
    scheme, mark, rest = url.partition("://")
    if mark and rest and scheme in _API_SCHEMES:
        return EngineKind.API
    if mark and rest and scheme == EngineKind.CONTAINERD.value:
        return EngineKind.CONTAINERD
    known = ", ".join(f"{one}://" for one in (*_API_SCHEMES, "containerd"))
    raise UsageError(
        f"{url!r}, of {said_by}, is no engine's URL",
        hint=f"it begins with one of {known}",
        url=url,
    )


def _default_places(name: str, environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the URLs where *name* usually is, the user's own place before the machine's."""
    if name == "containerd":
        return ("containerd:///run/containerd/containerd.sock",)
    if sys.platform == "win32":
        pipe = {"docker": "docker_engine", "podman": "podman-machine-default"}[name]
        return (f"npipe:////./pipe/{pipe}",)
    own = environ.get("XDG_RUNTIME_DIR", "") or os.path.expanduser("~/.local/run")
    if name == "podman":
        return (f"unix://{own}/podman/podman.sock", "unix:///run/podman/podman.sock")
    desktop = os.path.expanduser("~/.docker/run/docker.sock")
    return (f"unix://{own}/docker.sock", f"unix://{desktop}", "unix:///var/run/docker.sock")
