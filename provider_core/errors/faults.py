"""A plugin broke its contract, or somebody asked to stop: exit codes 7, 130 and 143."""

from __future__ import annotations

from .base import Error

__all__ = ["Cancelled", "ProviderFault"]


class ProviderFault(Error):
    """A plugin raised something it should not, or answered with a wrong type."""

    exit_code = 7

    def __init__(self, provider: str, hook: str, cause: str) -> None:
        super().__init__(
            f"provider {provider!r} failed in {hook}: {cause}",
            hint=f"tell its author; `ferry provider disable {provider}` goes on without it",
            provider=provider,
            hook=hook,
            cause=cause,
        )
        self.provider = provider


class Cancelled(Error):
    """Somebody asked to stop; what was verified is kept, the same command goes on from there."""

    exit_code = 130

    def __init__(self, message: str = "interrupted", *, signal: int = 2) -> None:
        super().__init__(
            message,
            hint="run the same command again; it goes on where it stopped",
            signal=signal,
        )
        self.signal = signal
        """The signal that asked: 2 SIGINT, 15 SIGTERM."""
