"""Which answers are failures."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

from ..errors import HttpStatus, RateLimited, TransportError
from .exchange import Reply
from .retrying import retry_after
from .urls import shown

__all__ = ["check_status"]

_TOLD = 4096
"""Bytes of a refusal's body that are kept."""

_HINTS = {
    403: "you may not read this; check your credentials' permissions",
    404: "it is not there; refresh the source",
}


def check_status(reply: Reply, *, accept: tuple[int, ...] = ()) -> None:
    """Raise for a status of 400 and above that is not in *accept*, and close the reply then.

    Raises RateLimited for 429, and for 503 with a Retry-After; HttpStatus for others.
    """
    if reply.status < 400 or reply.status in accept:
        return
    said = _beginning(reply)
    after = reply.headers.get("retry-after")
    if reply.status == 429 or (reply.status == 503 and after is not None):
        seconds = None if after is None else retry_after(after, datetime.now(UTC))
        raise RateLimited(shown(reply.url), seconds, headers=reply.headers, said=said)
    hint = _HINTS.get(reply.status) or (
        "the server is in trouble; try again later" if reply.status >= 500 else ""
    )
    raise HttpStatus(shown(reply.url), reply.status, hint=hint, headers=reply.headers, said=said)


def _beginning(reply: Reply) -> str:
    """Return how the body begins; what cannot be read is left out, the status says enough.

    Of a body without a length, which may never end, one piece is read.
    """
    data = bytearray()
    with suppress(TransportError), reply:
        while len(data) < _TOLD and (piece := reply.piece()):
            data += piece
            if reply.length is None:
                break
    return data[:_TOLD].decode("utf-8", "replace")
