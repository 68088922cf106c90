"""Who to be where: logins of one home, each bound to one source and one exact origin.

Secrets are looked up when a server asks for them, and live nowhere else: not in the catalog, in
settings, arguments, logs or errors (docs/adr/0014-credentials.md).
"""

from __future__ import annotations

from .logins import Logins, Place
from .values import IDENTITY_TOKEN, Credential, Credentials
from .variables import login_variables

__all__ = [
    "IDENTITY_TOKEN",
    "Credential",
    "Credentials",
    "Logins",
    "Place",
    "login_variables",
]
