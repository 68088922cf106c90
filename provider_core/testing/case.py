"""What the author of a provider tells the conformance kit about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..model import Content, Query, Source
from ..platforms import PlatformSet
from ..references import Reference
from ..store import Writer
from ..transport import Transport

__all__ = ["ProviderCase"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ProviderCase:
    """A provider, a place it can reach, and questions whose answers its author knows.

    What a declared feature needs must be there, or its tests fail and say so.  Everything is
    made anew for each test, so that a test may damage it.
    """

    provider: object
    """The class, or an instance, as its entry point would give it."""
    source: Source | None = None
    """The place to ask; as a user would add it, before `check_source`."""
    present: Sequence[Query] = ()
    """Questions with at least one answer each: FIND, REFRESH.  Ask for small images."""
    absent: Query = field(default_factory=lambda: Query(name="no-such-image-anywhere"))
    """A question without an answer."""
    words: str = ""
    """Words that a search has at least one name for: SEARCH."""
    references: Sequence[Reference] = ()
    """Files, folders, URLs or names that hold packages: RESOLVE."""
    strangers: Sequence[Reference] = ()
    """References that are not this provider's: RESOLVE."""
    destination: Callable[[], str] | None = None
    """Returns a new place to save to, different with every call: SAVE."""
    raw: Callable[[Writer], Content] | None = None
    """Pours something of a type in ``accepts`` and returns it unconverted: CONVERT."""
    change: Callable[[], None] | None = None
    """Changes what the source has, so that a refresh has something to tell: REFRESH."""
    damage: Callable[[], None] | None = None
    """Damages the bytes (not the list) of what ``present`` finds; installing must then fail."""
    transport: Transport | None = None
    """The network; one without any server if None."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Values for the provider's options, in every call."""
    platforms: PlatformSet = field(default_factory=PlatformSet.all)
    """What is wanted of an image."""
