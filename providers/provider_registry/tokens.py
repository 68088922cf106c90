"""Bearer tokens: what a token server is asked, and what it says (distribution-spec "token.md")."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlencode

from provider_core.errors import DocumentError
from provider_core.oci import read_document

__all__ = ["Scope", "Token", "parse_scope", "parse_token", "refresh_form", "token_url"]

TOKEN_LIMIT: Final = 1 << 20
"""Bytes of the largest answer of a token server that is read."""

_DEFAULT_SECONDS = 60
_LONGEST_SECONDS = 30 * 24 * 3600
_MARGIN = 0.8
_LONGEST = 64 << 10
_WHAT = "token"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Scope:
    """What a token is good for."""

    kind: str
    """'repository' or 'registry'."""
    name: str
    """The repository's whole path, or 'catalog'."""
    actions: frozenset[str]
    """'pull', 'push', '*'."""

    def __str__(self) -> str:
        """Return ``kind:name:action,action``."""
        return f"{self.kind}:{self.name}:{','.join(sorted(self.actions))}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token and until when it is used."""

    value: str = field(repr=False)
    """Printable ASCII without spaces."""
    until: float
    """Seconds of the clock that `parse_token` was given; somewhat before its end."""


def parse_scope(text: str) -> Scope | None:
    """Read one scope of a challenge; None if it is none.  Names may have colons (ports)."""
    kind, _, rest = text.partition(":")
    name, colon, actions = rest.rpartition(":")
    if not colon or not name or not actions:
        return None
    return Scope(kind=kind, name=name, actions=frozenset(actions.split(",")))


def parse_token(body: bytes, now: float) -> Token:
    """Read a token server's answer, which came at *now*.

    ``token`` and ``access_token`` are the same; without ``expires_in`` it is good for 60 s, and
    never for less, as the specification has it.

    Raises DocumentError for what is no such answer, or a token that cannot be in a header.
    """
    node = read_document(body, limit=TOKEN_LIMIT, what=_WHAT)
    value = node.optional("token", str, "") or node.optional("access_token", str, "")
    if not value:
        raise DocumentError("it has neither token nor access_token", what=_WHAT)
    if len(value) > _LONGEST or not value.isascii() or not value.isprintable() or " " in value:
        raise DocumentError("it cannot be in a header", path="token", what=_WHAT)
    seconds = node.optional("expires_in", int, _DEFAULT_SECONDS)
    seconds = min(max(seconds, _DEFAULT_SECONDS), _LONGEST_SECONDS)
    return Token(value=value, until=now + _MARGIN * seconds)


def token_url(realm: str, service: str, scopes: Iterable[Scope]) -> str:
    """Return the URL that asks *realm* for a token, everything encoded."""
    pairs = [("service", service)] if service else []
    pairs += [("scope", str(scope)) for scope in scopes]
    joint = "&" if "?" in realm else "?"
    return f"{realm}{joint}{urlencode(pairs, quote_via=quote)}" if pairs else realm


def refresh_form(service: str, scopes: Iterable[Scope], refresh_token: str) -> bytes:
    """Return the form that asks for a token in exchange for an identity token ("oauth.md")."""
    fields = {
        "grant_type": "refresh_token",
        "service": service,
        "client_id": "imageferry",
        "scope": " ".join(map(str, scopes)),
        "refresh_token": refresh_token,
    }
    return urlencode(fields).encode()
