"""How much a file may make of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from provider_core.errors import NoSpace, WimError

__all__ = ["Limits"]

_UNLIMITED: Final = 1 << 62


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on what is decoded; 1,300 bytes can claim to be 256 MiB, so no ratio is one."""

    unpacked: int = _UNLIMITED
    """Bytes of all files and streams of an image together, several names of one file once."""
    free: int = _UNLIMITED
    """Bytes that are free where the spool and a layer without compression are written."""

    def check(self, size: int, what: str) -> None:
        """Refuse *size* bytes of *what*.  Raises WimError above what the user allows."""
        if size > self.unpacked:
            raise WimError(
                f"{what} has {size} bytes, more than the {self.unpacked} that are allowed",
                hint="if that is right, raise the limit with --max-unpacked",
            )

    def check_room(self, size: int, what: str) -> None:
        """Refuse to write *size* bytes of *what*.  Raises NoSpace above what is free."""
        if size > self.free:
            raise NoSpace(what, needed=size, free=self.free)
