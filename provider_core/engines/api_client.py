"""The docker SDK's client, and its exceptions as ours."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ..errors import EngineRefused, EngineSilent, Error
from .starting import start_hint
from .values import EngineAddress

if TYPE_CHECKING:
    from docker import APIClient

__all__ = ["open_client", "speaking"]


def open_client(address: EngineAddress, *, seconds: float) -> APIClient:
    """Connect; every answer has *seconds* to begin.  Raises EngineSilent."""
    try:
        import docker
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
    import requests
    import urllib3
    from docker.errors import APIError, DockerException

    try:
        yield
    except Error:
        raise
    except APIError as error:
        raise EngineRefused(address.name, what, str(error.explanation or error)) from error
    except (
        DockerException,
        requests.RequestException,
        urllib3.exceptions.HTTPError,
        OSError,
    ) as error:
        reason = _reason(error)
        raise EngineSilent(
            address.name, address.url, reason, hint=start_hint(address, reason)
        ) from error


def _tls(address: EngineAddress) -> Any:
    if address.certificates is None:
        return False
    from docker.tls import TLSConfig

    folder = address.certificates
    return TLSConfig(
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
