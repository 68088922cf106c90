"""What the libraries below raise, as errors of ours: a sentence, a next step, no secret."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import BadStatusLine, HTTPException, IncompleteRead, LineTooLong

from urllib3.exceptions import HTTPError, InvalidHeader, ProxyError
from urllib3.exceptions import TimeoutError as PoolTimeoutError

from ..errors import AuthRequired, TimedOut, TransportError
from .urls import shown

__all__ = ["broken", "translated", "unreachable"]

_CLOCK = "the server's operator must renew it, or the clock of this machine is wrong"
_CERTIFICATES = {
    9: ("is not valid yet", "the clock of this machine may be wrong"),
    10: ("has expired", _CLOCK),
    18: ("is signed by itself", "name it in the setting ca_files if you trust it"),
    19: ("comes from an unknown authority", "name the authority's file in the setting ca_files"),
    20: ("comes from an unknown authority", "name the authority's file in the setting ca_files"),
    21: ("comes from an unknown authority", "name the authority's file in the setting ca_files"),
    62: ("is for another host", "check the host name; somebody may be in between"),
    64: ("is for another address", "use the host's name; somebody may be in between"),
}
"""OpenSSL's X509_V_ERR_* → what is wrong with a certificate, and what to do."""

_NONSENSE: tuple[tuple[type[BaseException], str], ...] = (
    (InvalidHeader, "its lengths contradict each other"),
    (IncompleteRead, "it ended early"),
    (LineTooLong, "its head is too long"),
    (BadStatusLine, "what answers there does not speak HTTP"),
    (ValueError, "its chunks are malformed"),
    (HTTPException, "its head is malformed or too long"),
)
"""What is raised for answers that are no proper HTTP → what that means, special cases first."""

_CLIENT_CERTIFICATE = ("CERTIFICATE_REQUIRED", "HANDSHAKE_FAILURE", "UNKNOWN_CA", "BAD_CERTIFICATE")
_DEEPEST = 12


@contextmanager
def translated(url: str, seconds: float) -> Iterator[None]:
    """Raise a TransportError for what urllib3, http.client, ssl and sockets raise.

    *seconds* is the limit that a TimedOut names.
    """
    try:
        yield
    except (HTTPError, HTTPException, OSError, UnicodeError) as error:
        raise _translate(error, shown(url), seconds) from None


def broken(url: str, reason: str, *, passing: bool = True) -> TransportError:
    """Return the error for a connection that ended early, or an answer that makes no sense.

    *passing* says whether the same request may succeed a little later.
    """
    return TransportError(
        f"the connection to {shown(url)} broke: {reason}",
        hint="try again; what was verified is kept",
        url=shown(url),
        passing=passing,
    )


def unreachable(place: str, reason: str, *, hint: str = "", passing: bool = True) -> TransportError:
    """Return the error for a host that could not be connected to.

    *passing* says whether it may be reached a little later.
    """
    return TransportError(
        f"{place} cannot be reached: {reason}",
        hint=hint or "check the address, the network and the proxy settings",
        place=place,
        passing=passing,
    )


def _translate(error: BaseException, place: str, seconds: float) -> TransportError:
    chain = list(_chain(error))
    if any(isinstance(link, TimeoutError | PoolTimeoutError) for link in chain):
        return TimedOut(place, seconds)
    for link in chain:
        if isinstance(link, ssl.SSLCertVerificationError):
            return _certificate(link, place)
    for link in chain:
        if isinstance(link, ssl.SSLError) and link.reason:
            return _tls(link.reason, place)
    if any(isinstance(link, ProxyError) for link in chain):
        return _proxy(chain, place)
    for link in chain:
        if isinstance(link, OSError) and link.strerror:
            return broken(place, link.strerror)
    for kind, meaning in _NONSENSE:
        if any(isinstance(link, kind) for link in chain):
            return broken(place, meaning)
    return broken(place, "it was cut")


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield *error* and what it was made of, outermost first."""
    link: BaseException | None = error
    for _ in range(_DEEPEST):
        if link is None:
            return
        yield link
        inner = [part for part in link.args if isinstance(part, BaseException)]
        reason = getattr(link, "reason", None)
        link = (
            reason
            if isinstance(reason, BaseException)
            else inner[-1]
            if inner
            else link.__cause__ or link.__context__
        )


def _certificate(error: ssl.SSLCertVerificationError, place: str) -> TransportError:
    problem, hint = _CERTIFICATES.get(
        error.verify_code,
        (f"was refused: {error.verify_message}", "check the server's certificate"),
    )
    return TransportError(f"the certificate of {place} {problem}", hint=hint, url=place)


def _tls(reason: str, place: str) -> TransportError:
    if reason == "WRONG_VERSION_NUMBER":
        problem, hint = "it speaks no TLS there", "use http:// if the source may, or another port"
    elif any(part in reason for part in _CLIENT_CERTIFICATE):
        problem = f"it refused us ({reason})"
        hint = "set client_certificate to one the server accepts"
    else:
        problem, hint = reason, "try again; if it stays, the server's TLS is misconfigured"
    return TransportError(
        f"no TLS with {place}: {problem}", hint=hint, url=place, passing="EOF" in reason
    )


def _proxy(chain: list[BaseException], place: str) -> TransportError:
    said = " ".join(str(link) for link in chain)
    if " 407 " in said:
        return AuthRequired(
            f"the proxy on the way to {place} wants a user and password",
            hint="set the proxy as http://user:password@host:port",
            url=place,
        )
    return TransportError(
        f"the proxy on the way to {place} refused or broke the connection",
        hint="check the proxy settings, and no_proxy for hosts of your own network",
        url=place,
        passing=True,
    )
