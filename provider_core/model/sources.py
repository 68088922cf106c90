"""Sources: the places that providers reach."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

__all__ = ["LAST_RESORT", "Source", "Trust"]

LAST_RESORT = -1_000_000
"""Priority of a built-in source that is asked only for what no other one knows."""


class Trust(Enum):
    """Why content of a source may be used."""

    VERIFIED = "verified"
    """Signed, and its root is pinned here."""
    ACCEPTED = "accepted"
    """Named by the user (a registry over TLS, a folder, a file); digests are recorded."""
    UNTRUSTED = "untrusted"
    """Signed by nobody known; refused unless --allow-untrusted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One place a provider reaches."""

    name: str
    """What the user calls it; compared without case."""
    provider: str
    """Name of its provider."""
    location: str
    """A URL, or an absolute path."""
    trust: Trust = Trust.ACCEPTED
    priority: int = 0
    """Higher is asked first; 50, 40, 30 … in order of adding, built-in ones last."""
    options: Mapping[str, str] = field(default_factory=dict, hash=False)
    """The provider's own settings, by the names of its OptionSpecs; never a secret."""
    indexed: bool = False
    """Whether its offers are kept in the catalog by `refresh`, so that find need not ask it."""

    fallback: bool = False
    """Whether it is there only while the user has added none (built-in samples)."""

    @property
    def is_last_resort(self) -> bool:
        """Whether it is asked only for what no other source knows."""
        return self.priority <= LAST_RESORT

    @property
    def is_local(self) -> bool:
        """Whether it is a folder or file of this machine, not a URL."""
        return "://" not in self.location or self.location.startswith("file://")
