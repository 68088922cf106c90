"""What an operation will do, before it does it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ..platforms import Platform
from .images import ImageKey
from .packages import Package
from .sources import Source

__all__ = ["Action", "Plan", "Step"]


class Action(Enum):
    """What happens to one package."""

    INSTALL = "install"
    REPLACE = "replace"
    KEEP = "keep"
    FETCH = "fetch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One package, and what will be done with it."""

    action: Action
    package: Package
    source: Source | None
    """Where it comes from; None for a file, folder or URL."""
    platforms: tuple[Platform, ...] = ()
    """The platforms wanted; () for all."""
    moves: bool = False
    """Whether other content may take the place of what is installed under this version."""
    needs: tuple[ImageKey, ...] = ()
    """Steps before this one that it is of no use without."""
    reason: str = "requested"
    """'requested', or why it is needed: 'parent of NAME'."""
    fetch: int = 0
    """Bytes to bring."""
    here: int = 0
    """Bytes that are in the store already."""
    pulls: int = 0
    """Rate-limited requests it will spend."""
    exact: bool = True
    """False if *fetch* is an upper bound or unknown in part."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Exactly what will be executed, dependencies first."""

    verb: str
    """'install' or 'save'."""
    steps: tuple[Step, ...]
    free: int
    """Bytes free where the store is."""

    @property
    def fetch(self) -> int:
        """Bytes to bring, over all steps."""
        return sum(step.fetch for step in self.steps)

    @property
    def pulls(self) -> int:
        """Rate-limited requests, over all steps."""
        return sum(step.pulls for step in self.steps)
