"""User and password at a feed's web server (RFC 7617), for its own origin alone."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Final

from provider_core.context import Credentials
from provider_core.transport import Origin

__all__ = ["BasicAuth"]

_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_BASIC: Final = re.compile(r"(?:^|,)\s*basic(?=[\s,]|$)", re.IGNORECASE)


class BasicAuth:
    """Credentials that are looked up when the server asks for them, and sent from then on."""

    def __init__(self, origin: Origin, credentials: Credentials) -> None:
        self._origin = origin
        self._credentials = credentials
        self._header = ""

    def headers(self, origin: Origin) -> Mapping[str, str]:
        """Return the header once the server has asked for it."""
        if origin != self._origin or not self._header:
            return {}
        return {"authorization": self._header}

    def on_401(self, challenge: str) -> bool:
        """Look the credentials up if *challenge* takes Basic; False if there are none to try.

        A server may offer several schemes at once: ``Negotiate, NTLM, Basic realm="feeds"``.
        """
        if self._header or not _BASIC.search(_QUOTED.sub("", challenge)):
            return False
        found = self._credentials(self._origin)
        if found is None:
            return False
        pair = f"{found.username}:{found.secret}".encode()
        self._header = f"Basic {b64encode(pair).decode('ascii')}"
        return True
