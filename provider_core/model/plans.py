"""What an operation will do, before it does it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from ..errors import Error
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
    pulls_left: int | None = None
    """As `Contents.pulls_left`."""
    exact: bool = True
    """False if *fetch* is an upper bound or unknown in part."""
    bounded: bool = True
    """False if more than *fetch* may come: nobody has said how much there is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Exactly what will be executed, dependencies first."""

    verb: str
    """'install' or 'save'."""
    steps: tuple[Step, ...]
    free: int
    """Bytes free where the store is."""
    failed: tuple[tuple[str, Error], ...] = ()
    """Requests that could not be planned, and why; only with ``Wishes.keep_going``."""

    @property
    def fetch(self) -> int:
        """Bytes to bring, over all steps."""
        return sum(step.fetch for step in self.steps)

    @property
    def here(self) -> int:
        """Bytes that are in the store already, over all steps."""
        return sum(step.here for step in self.steps)

    @property
    def exact(self) -> bool:
        """False if *fetch* is an upper bound or unknown in part."""
        return all(step.exact for step in self.steps)

    @property
    def bounded(self) -> bool:
        """False if more than *fetch* may come."""
        return all(step.bounded for step in self.steps)

    @property
    def pulls(self) -> int:
        """Rate-limited requests, over all steps."""
        return sum(step.pulls for step in self.steps)

    @property
    def pulls_left(self) -> int | None:
        """The least that a source allows of them now; None if none limits them."""
        return min(
            (step.pulls_left for step in self.steps if step.pulls_left is not None), default=None
        )

    @property
    def lacks_pulls(self) -> bool:
        """Whether a source allows fewer of them than its steps will spend."""
        needed: dict[str, int] = {}
        for step in self.steps:
            name = step.source.name if step.source else ""
            needed[name] = needed.get(name, 0) + step.pulls
        return any(
            step.pulls_left is not None
            and needed[step.source.name if step.source else ""] > step.pulls_left
            for step in self.steps
        )
