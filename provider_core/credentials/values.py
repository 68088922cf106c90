"""A credential, and how one is looked up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ..transport import Origin

__all__ = ["IDENTITY_TOKEN", "Credential", "Credentials"]

IDENTITY_TOKEN = "<token>"
"""As a username: the secret is an OAuth2 refresh token of the registry's token server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """Who to be at one origin; never printed, logged or stored with anything else."""

    username: str
    """A user's name; '' if the secret is a bearer token that is sent as it is; IDENTITY_TOKEN."""
    secret: str = field(repr=False)
    """A password, access token, bearer token or refresh token."""


Credentials = Callable[[Origin], Credential | None]
"""Looks up the credential of one exact origin; None for anonymous."""
