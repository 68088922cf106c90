"""What one provider instance remembers between calls: challenges, tokens, warnings.

In memory only, and bound to source, exact origin and login, so that what one source was given is
never another's.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from provider_core.credentials import Credential
from provider_core.digests import Digest
from provider_core.transport import Origin

from .challenges import Challenge
from .tokens import Scope, Token

__all__ = ["Account", "Memory"]

_FEW_SECONDS = 10.0
_SLICE = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who we are where; what is remembered is remembered for this alone."""

    source: str
    """Name of the source, '' for a full reference."""
    origin: Origin
    login: Credential | None = field(repr=False)


class Memory:
    """Shared by all calls of one provider instance, and by their threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock = clock
        self._challenges: dict[Account, Challenge | None] = {}
        self._tokens: dict[tuple[Account, frozenset[Scope]], Token] = {}
        self._said: set[tuple[Hashable, ...]] = set()
        self._seen: defaultdict[tuple[str, str, Digest], dict[str, None]] = defaultdict(dict)
        self._facts: set[Hashable] = set()
        self._noted: dict[Hashable, tuple[float, Any]] = {}
        self._locks: defaultdict[Hashable, threading.RLock] = defaultdict(threading.RLock)
        self._guard = threading.Lock()

    @contextmanager
    def alone(self, key: Hashable, *, waiting: Callable[[], None] | None = None) -> Iterator[None]:
        """Let one thread at a time do what *key* stands for.

        *waiting* is called now and then while another one does it; what it raises ends the wait.
        """
        with self._guard:
            lock = self._locks[key]
        while not lock.acquire(timeout=_SLICE):
            if waiting is not None:
                waiting()
        try:
            yield
        finally:
            lock.release()

    def knows(self, account: Account) -> bool:
        """Whether the registry was asked how it lets us in."""
        return account in self._challenges

    def challenge(self, account: Account) -> Challenge | None:
        """Return how the registry lets us in; None if it asks for nothing."""
        return self._challenges.get(account)

    def keep_challenge(self, account: Account, challenge: Challenge | None) -> None:
        """Remember how the registry lets us in."""
        self._challenges[account] = challenge

    def token(self, account: Account, scopes: frozenset[Scope]) -> Token | None:
        """Return a token that is good for *scopes* still, None if there is none."""
        token = self._tokens.get((account, scopes))
        return token if token is not None and self.clock() < token.until else None

    def keep_token(self, account: Account, scopes: frozenset[Scope], token: Token) -> None:
        """Remember a token."""
        self._tokens[account, scopes] = token

    def drop_token(self, account: Account, scopes: frozenset[Scope]) -> None:
        """Forget a token that was refused."""
        self._tokens.pop((account, scopes), None)

    def first_time(self, *said: Hashable) -> bool:
        """Whether this was not said before."""
        with self._guard:
            new = said not in self._said
            self._said.add(said)
            return new

    def saw(self, source: str, name: str, version: str, digest: Digest) -> None:
        """Remember that *version* of *name* was *digest*."""
        with self._guard:
            self._seen[source, name, digest][version] = None

    def seen(self, source: str, name: str, digest: Digest) -> tuple[str, ...]:
        """Return the versions that were *digest*."""
        with self._guard:
            return tuple(self._seen.get((source, name, digest), ()))

    def know(self, fact: Hashable) -> None:
        """Remember that something is so, for good."""
        self._facts.add(fact)

    def known(self, fact: Hashable) -> bool:
        """Whether something is known to be so."""
        return fact in self._facts

    def note(self, key: Hashable, value: Any, *, seconds: float = _FEW_SECONDS) -> None:
        """Remember *value* for some seconds."""
        self._noted[key] = (self.clock() + seconds, value)

    def noted(self, key: Hashable) -> Any:
        """Return what was noted under *key* some seconds ago at most, else None."""
        until, value = self._noted.get(key, (0.0, None))
        return value if self.clock() < until else None
