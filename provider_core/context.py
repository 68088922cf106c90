"""Context: a provider's only way to the world, so that it can be tested with memory doubles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Protocol

from .cancel import CancelToken
from .catalog import CatalogView
from .credentials import Credential, Credentials
from .errors import NotSupported
from .model import Source
from .platforms import PlatformSet
from .transport import Origin, Transport

__all__ = [
    "Context",
    "Credential",
    "Credentials",
    "Outlet",
    "Progress",
    "Signer",
    "Spool",
    "State",
    "no_credentials",
    "no_signer",
]


class Progress(Protocol):
    """Where a provider says how far it is; every call counts as a sign of life."""

    def start(self, key: str, label: str, total: int | None) -> None:
        """Begin a piece of work called *label*, of *total* bytes; None if unknown."""

    def advance(self, key: str, count: int) -> None:
        """Say that *count* more bytes of the piece *key* are done."""

    def done(self, key: str) -> None:
        """End a piece; further calls for it are ignored."""

    def notice(self, text: str) -> None:
        """Tell the user one sentence; foreign text is made inert by whoever prints it."""


class Signer(Protocol):
    """A private key that signs without showing itself."""

    @property
    def public_key(self) -> bytes:
        """The Ed25519 public key, 32 bytes (RFC 8032)."""

    def sign(self, payload: bytes) -> bytes:
        """Return the signature, 64 bytes."""


class State(Protocol):
    """A provider's own small files for one source; private (0700), under its own lock."""

    @property
    def folder(self) -> Path:
        """Where they are; exists."""

    def lock(self, seconds: float = 30.0) -> AbstractContextManager[None]:
        """Hold the source's lock; Locked when another process keeps it longer."""


Spool = Callable[[int], IO[bytes]]
"""Opens a private temporary file of at most so many bytes; NoSpace beyond."""


Outlet = Callable[[bytes | bytearray | memoryview], object]
"""Takes the next bytes of a stream; they are its own no longer when it returns."""


def no_credentials(origin: Origin) -> Credential | None:
    """Answer None: be anonymous everywhere."""
    return None


def no_signer(role: str) -> Signer:
    """Refuse: this home has no key for *role*."""
    raise NotSupported(
        f"there is no key for the role {role!r} in this home",
        hint="`ferry key list` shows the keys of this home",
        role=role,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Context:
    """What one call may use.  Revoked when its caller gives up: `check` raises from then on."""

    source: Source | None
    """The source this call is for; None for a file, folder, URL or destination."""
    platforms: PlatformSet
    """The platforms that are wanted, or all."""
    transport: Transport
    """The way to the network; raises Offline on every call when it is switched off."""
    catalog: CatalogView
    """What is installed and offered, read only; each call is one short read."""
    state: State
    """A folder for this source alone."""
    spool: Spool
    """Room for data that must be sought in; gone when it is closed."""
    progress: Progress
    clock: Callable[[], datetime]
    """The time now, with its zone UTC."""
    cancel: CancelToken
    """Set when the host gives up or the user interrupts."""
    keys: Callable[[], Path]
    """Returns the home's folder for keys (0700), which is made when it is asked for."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Values of this provider's OptionSpecs for this verb; source options for the rest."""
    offline: bool = False
    """Whether the network is switched off."""
    credentials: Credentials = no_credentials
    sink: Outlet | None = None
    """Where `save` writes when its destination is "-" (Destination.stream); None otherwise."""
    sign: Callable[[str], Signer] = no_signer
    """Returns the signer of a role ('courier'); NotSupported if there is none."""

    def check(self) -> None:
        """Raise if the host has given up on this call; long loops call it often."""
        self.cancel.check()
