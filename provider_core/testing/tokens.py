"""Bearer tokens for the memory transport: given out, used up, asked for again."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ..transport import Origin

__all__ = ["TokenAuth", "TokenServer"]


class TokenServer:
    """Gives out bearer tokens for one origin, each good for so many bytes.

    Example::

        tokens = TokenServer("https://registry.example", bytes_per_token=1000)
        network = MemoryTransport({url: layer}, tokens=tokens)
        location = Location(url=url, auth=TokenAuth(tokens.origin, tokens.issue))
        network.download(descriptor, [location], partial)
        assert tokens.issued == 1 + len(layer) // 1000
    """

    def __init__(self, url: str, *, bytes_per_token: int | None = None) -> None:
        self.origin = Origin.of(url)
        """What it guards."""
        self.issued = 0
        """How many tokens were given out."""
        self.challenge = f'Bearer realm="{url}/token",service="{self.origin.host}"'
        """The WWW-Authenticate value of its 401 answers."""
        self._bytes_per_token = bytes_per_token
        self._left: dict[str, int | None] = {}

    def issue(self, challenge: str = "") -> str:
        """Return a new token."""
        self.issued += 1
        token = f"token-{self.issued}"
        self._left[token] = self._bytes_per_token
        return token

    def expire(self) -> None:
        """End every token that was given out so far."""
        self._left.clear()

    def accepts(self, authorization: str) -> bool:
        """Whether an Authorization value bears a token that is still good."""
        return self._left.get(_token(authorization), 1) != 0 and _token(authorization) in self._left

    def spend(self, authorization: str, count: int) -> int:
        """Take *count* bytes off a token; how many of them it was still good for."""
        token = _token(authorization)
        left = self._left[token]
        if left is None:
            return count
        self._left[token] = max(0, left - count)
        return min(left, count)


class TokenAuth:
    """An Auth that asks a function for a new token whenever the last one is refused.

    Example::

        auth = TokenAuth(Origin.of("https://registry.example"), tokens.issue)
        assert auth.on_401('Bearer realm="…"')
        assert auth.headers(Origin.of("https://elsewhere.example")) == {}
    """

    def __init__(self, origin: Origin, fetch: Callable[[str], str]) -> None:
        self._origin = origin
        self._fetch = fetch
        self._token = ""

    def headers(self, origin: Origin) -> Mapping[str, str]:
        """Return the Authorization header, for its own origin only."""
        if not self._token or origin != self._origin:
            return {}
        return {"authorization": f"Bearer {self._token}"}

    def on_401(self, challenge: str) -> bool:
        """Fetch a token for *challenge*; False if it is not for a bearer."""
        if not challenge.lower().startswith("bearer "):
            return False
        self._token = self._fetch(challenge)
        return True


def _token(authorization: str) -> str:
    return authorization.removeprefix("Bearer ")
