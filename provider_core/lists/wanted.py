"""One line of a list: which images are wanted, and how many versions of them."""

from __future__ import annotations

from dataclasses import dataclass

from ..platforms import PlatformSet

__all__ = ["Wanted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What one entry of a list asks for."""

    request: str
    """As `parse_reference` reads it."""
    source: str = ""
    """The source to ask, by name; '' for any."""
    platforms: PlatformSet | None = None
    """For which platforms; None for what the command would take."""
    keep: int = 1
    """How many of the newest versions that fit; 0 for all, labels too."""
    tags: str = ""
    """A regular expression that is to be found in the tag; '' for any tag."""

    @property
    def is_plain(self) -> bool:
        """Whether it means one image, as a request does."""
        return self.keep == 1 and not self.tags
