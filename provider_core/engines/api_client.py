"""The docker SDK's client, and its exceptions as ours."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from ..errors import EngineRefused, EngineSilent, Error
from .starting import start_hint
from .values import EngineAddress

__all__ = ["open_client", "sdk", "speaking"]


def sdk(module: str) -> Any:
    """Import a module of the SDK now; it has no types of its own.  Raises ImportError."""
    return import_module(module)


def open_client(address: EngineAddress, *, seconds: float) -> Any:
    """Connect; every answer has *seconds* to begin.  Raises EngineSilent."""
    try:
        docker = sdk("docker")
    except ImportError as error:
        raise EngineSilent(
            address.name,
            address.url,
            "the docker SDK is not installed",
            hint="pip install 'imageferry[engines]', or a kit with --extra engines",
        ) from error
    with speaking(address, "tell its version"):
        _knock(address.url, seconds)
        client = docker.APIClient(
            base_url=address.url,
            version="auto",
            timeout=seconds,
            tls=_tls(address),
            use_ssh_client=True,
        )
        client.trust_env = False  # neither ~/.netrc nor a proxy is asked for a local engine
        return client


def _knock(url: str, seconds: float) -> None:
    """Raise the system's own reason where nobody serves a socket; the SDK leaves it open then."""
    scheme, _, path = url.partition("://")
    if scheme == "unix" and hasattr(socket, "AF_UNIX"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as tried:
            tried.settimeout(seconds)
            tried.connect(path)


@contextmanager
def speaking(address: EngineAddress, what: str) -> Iterator[None]:
    """Translate what the SDK raises: EngineSilent for no answer, EngineRefused for a no."""
    try:
        yield
    except Error:
        raise
    except Exception as error:
        ours = _translated(address, what, error)
        if ours is None:
            raise
        raise ours from error


def _translated(address: EngineAddress, what: str, error: Exception) -> Error | None:
    """Return what *error* means; None if it is neither the SDK's nor the network's."""
    import requests  # the SDK brings it; nothing else here speaks through it
    import urllib3

    errors = sdk("docker.errors")
    if isinstance(error, errors.APIError):
        return EngineRefused(address.name, what, str(error.explanation or error))
    network = (requests.RequestException, urllib3.exceptions.HTTPError, OSError)
    if isinstance(error, (errors.DockerException, *network)):
        reason = _reason(error)
        return EngineSilent(address.name, address.url, reason, hint=start_hint(address, reason))
    return None


def _tls(address: EngineAddress) -> Any:
    if address.certificates is None:
        return False
    folder = address.certificates
    return sdk("docker.tls").TLSConfig(
        client_cert=(str(folder / "cert.pem"), str(folder / "key.pem")),
        ca_cert=str(folder / "ca.pem"),
        verify=True,
    )


def _reason(error: BaseException) -> str:
    """Return what the operating system said at the bottom of a chain of wrappers."""
    at: BaseException | None = error
    while at is not None:
        if isinstance(at, OSError) and at.strerror:
            return at.strerror
        at = at.__cause__ or at.__context__
    return str(error)
