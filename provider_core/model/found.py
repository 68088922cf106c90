"""What a search finds: names, before anybody asks for versions."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import Error

__all__ = ["Found", "SearchResult"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A name that a source has images of."""

    source: str
    """Name of its source."""
    name: str
    """As its source spells it."""
    summary: str = ""
    """One line about it, foreign text."""
    stars: int | None = None
    """How many people like it; None if the source does not count."""
    is_official: bool = False
    """Whether the source itself vouches for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """Names, and the sources that could not answer."""

    found: tuple[Found, ...]
    """By source, each in its own order."""
    faults: tuple[Error, ...] = ()
