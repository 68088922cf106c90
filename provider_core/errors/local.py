"""The local store or catalog is in the way: exit code 6."""

from __future__ import annotations

from collections.abc import Sequence

from .base import Error

__all__ = [
    "CatalogTooNew",
    "Conflict",
    "EngineRefused",
    "EngineSilent",
    "InUse",
    "Locked",
    "NoSpace",
    "StoreError",
]


class StoreError(Error):
    """The local store or catalog is in the way."""

    exit_code = 6


class Locked(StoreError):
    """Another process holds the lock; *pid* 0 if unknown."""

    def __init__(self, what: str, *, pid: int = 0, seconds: float = 0) -> None:
        who = f"process {pid}" if pid else "another process"
        super().__init__(
            f"{what} is held by {who} (waited {seconds:g} s)",
            hint="wait for it to end, or raise --lock-timeout",
            what=what,
            pid=pid,
            seconds=seconds,
        )


class CatalogTooNew(StoreError):
    """The catalog was written by a newer release."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(
            f"the catalog has schema {found}, this release knows up to {known}",
            hint="use the newer ferry, or restore a backup made by this release",
            found=found,
            known=known,
        )


class Conflict(StoreError):
    """Two changes exclude each other, or something moved while it was used."""


class InUse(StoreError):
    """Something cannot be removed because others need it."""

    def __init__(self, what: str, by: Sequence[str], *, hint: str = "") -> None:
        super().__init__(
            f"{what} is needed by {', '.join(by)}",
            hint=hint or "uninstall those first",
            what=what,
            by=list(by),
        )


class NoSpace(StoreError):
    """The disk cannot take what is needed (bytes)."""

    def __init__(self, where: object, *, needed: int = 0, free: int = 0) -> None:
        amount = f": {needed} bytes needed, {free} free" if needed else ""
        super().__init__(
            f"no space left at {where}{amount}",
            hint="free some space (`ferry store gc --grace 0`) and repeat the command",
            where=str(where),
            needed=needed,
            free=free,
        )


class EngineSilent(StoreError):
    """A container engine of this host does not answer; the hint says what to start."""

    def __init__(self, engine: str, url: str, reason: str, *, hint: str = "") -> None:
        super().__init__(
            f"the engine {engine} ({url}) does not answer: {reason}",
            hint=hint or "start it, or say another place in the setting `engines`",
            engine=engine,
            url=url,
            reason=reason,
        )


class EngineRefused(StoreError):
    """A container engine answered that it does not do what was asked of it."""

    def __init__(self, engine: str, what: str, reason: str, *, hint: str = "") -> None:
        super().__init__(
            f"the engine {engine} refused to {what}: {reason}",
            hint=hint or "its own log says more",
            engine=engine,
            what=what,
            reason=reason,
        )
