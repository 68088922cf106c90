"""Who to be at a registry: the host's login, else what Docker and Podman have kept."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from provider_core.context import Context
from provider_core.credentials import Credential
from provider_core.errors import NoSuchFile, StoreError
from provider_core.model import OptionSpec, OptionType, Verb
from provider_core.transport import Origin

from .docker_config import DockerConfig, parse_docker_config
from .docker_helpers import ask_helper

__all__ = ["OPTIONS", "config_files", "kept_login", "login_for"]

OPTIONS: Final = tuple(
    OptionSpec(
        name="authfile",
        verb=verb,
        type=OptionType.PATH,
        help="logins from this file alone, in the form of docker or podman",
    )
    for verb in Verb
)
_LIMIT = 4 << 20
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_HUB = "registry-1.docker.io"
_HUB_HOSTS = ("index.docker.io", "docker.io", _HUB)


def login_for(origin: Origin, repository: str, context: Context) -> Credential | None:
    """Return who to be at *origin*, where *repository* is wanted; None for anonymous.

    ``context.credentials`` is asked first: a login that the user gave this very source.  Then
    what `kept_login` finds.
    """
    return context.credentials(origin) or kept_login(origin, repository, context)


def kept_login(origin: Origin, repository: str, context: Context) -> Credential | None:
    """Return the login that one of the files of `config_files` has, or a helper named there.

    These secrets go over https, or to this machine; over plain http elsewhere only where the
    file's key says http://.

    Raises NoSuchFile for the option ``authfile``; StoreError, DocumentError, AuthRequired for a
    file or helper that is there and cannot be used.
    """
    named = context.options.get("authfile")
    for path in config_files(os.environ, Path.home(), named):
        config = _read(path, required=named is not None)
        found = None if config is None else _in_config(config, origin, repository)
        if found is not None:
            return found
    return None


def config_files(environ: Mapping[str, str], home: Path, named: str | None) -> Iterator[Path]:
    """Yield where logins are looked for, in order: *named* alone, else where the tools have them.

    That is ``REGISTRY_AUTH_FILE`` alone, else Podman's ``containers/auth.json`` below
    ``XDG_RUNTIME_DIR`` and the user's configuration, then Docker's ``config.json``.
    """
    named = named or environ.get("REGISTRY_AUTH_FILE")
    if named:
        yield Path(named)
        return
    if runtime := environ.get("XDG_RUNTIME_DIR"):
        yield Path(runtime, "containers", "auth.json")
    yield Path(environ.get("XDG_CONFIG_HOME") or home / ".config", "containers", "auth.json")
    yield Path(environ.get("DOCKER_CONFIG") or home / ".docker", "config.json")


def _in_config(config: DockerConfig, origin: Origin, repository: str) -> Credential | None:
    hosts = _hosts(origin)
    plain = origin.scheme == "http" and origin.host not in _LOOPBACK
    if not plain and (kept := config.helper(hosts, repository)) is not None:
        found = ask_helper(*kept)
        if found is not None:
            return found
    return config.login(hosts, repository, plain=plain)


def _hosts(origin: Origin) -> tuple[str, ...]:
    """Return how these files spell a server, the usual spelling first."""
    if (origin.scheme, origin.host, origin.port) == ("https", _HUB, 443):
        return _HUB_HOSTS
    host = f"[{origin.host}]" if ":" in origin.host else origin.host
    usual = {"http": 80, "https": 443}[origin.scheme]
    return (host if origin.port == usual else f"{host}:{origin.port}",)


def _read(path: Path, *, required: bool) -> DockerConfig | None:
    try:
        with path.open("rb") as file:
            data = file.read(_LIMIT + 1)
    except (FileNotFoundError, NotADirectoryError):
        if required:
            raise NoSuchFile(path) from None
        return None
    except OSError as error:
        raise StoreError(
            f"{path} cannot be read: {error.strerror}",
            hint="mend its permissions, or name another file with --authfile",
            path=str(path),
        ) from error
    return parse_docker_config(data, what=str(path))
