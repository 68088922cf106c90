"""Opening a connection: every address of a host, within one limit, none that is forbidden."""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence

from ..errors import TransportError
from .failures import unreachable
from .urls import Reach, may_lead, reach

__all__ = ["dial"]

_MOST_ADDRESSES = 8

_Address = tuple[socket.AddressFamily, tuple[str, int] | tuple[str, int, int, int]]


def dial(host: str, port: int, seconds: float, home: Reach | None) -> socket.socket:
    """Return a socket that is connected to *host*.

    Args:
        host: a name, or an address without brackets.
        port: 1 … 65535.
        seconds: the limit for all addresses together; looking the name up is not within it.
        home: where the request began, if a redirect led here; addresses that it may not be led
            to are refused.  None: no redirect, any address.

    Raises TransportError: no such name, nobody there, nobody in time, or a forbidden address.
    """
    place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    addresses = _addresses(host, port, place)
    if home is not None:
        for _, address in addresses:
            if not may_lead(home, reach(str(address[0]))):
                raise TransportError(
                    f"a redirect to {place} leads to {address[0]}, which is refused",
                    hint="ask whoever runs the server that redirects",
                    place=place,
                )
    return _connect(addresses, seconds, place)


def _addresses(host: str, port: int, place: str) -> Sequence[_Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "not a host name"
        unknown = getattr(error, "errno", None) == socket.EAI_NONAME
        hint = "check the host's name, and DNS"
        raise unreachable(place, reason, hint=hint, passing=not unknown) from None
    return [(family, address) for family, _, _, _, address in found[:_MOST_ADDRESSES]]  # type: ignore[misc]


def _connect(addresses: Sequence[_Address], seconds: float, place: str) -> socket.socket:
    end = time.monotonic() + seconds
    reason = "it has no address"
    for position, (family, address) in enumerate(addresses):
        left = end - time.monotonic()
        if left <= 0:
            break
        try:
            # A dead address must not eat the time of those after it.
            return _connected(family, address, left / (len(addresses) - position))
        except TimeoutError:
            reason = f"no answer within {seconds:g} s"
        except OSError as error:
            reason = error.strerror or "refused"
    raise unreachable(place, reason)


def _connected(
    family: socket.AddressFamily,
    address: tuple[str, int] | tuple[str, int, int, int],
    seconds: float,
) -> socket.socket:
    connection = socket.socket(family, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.connect(address)
    except BaseException:
        connection.close()
        raise
    return connection
