"""The port through which removal asks this host's engines who uses an image."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from ..digests import Digest

__all__ = ["EngineUsers", "ImageUser", "nobody"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageUser:
    """A container, in any state, that was created from an image."""

    image: Digest
    """The digest that was asked for, under which the engine knows the image."""
    engine: str
    """Name of the engine, as `ferry engine list` shows it."""
    container: str
    """The container's name, else its short id."""
    state: str = ""
    """What it is doing: 'running', 'exited', 'created'; '' if the engine does not say."""

    def __str__(self) -> str:
        """Return ``container web of docker (exited)``."""
        state = f" ({self.state})" if self.state else ""
        return f"container {self.container} of {self.engine}{state}"


class EngineUsers(Protocol):
    """Asks every engine of this host, in one question each."""

    def __call__(
        self, images: Collection[Digest], *, ignore: Collection[str]
    ) -> tuple[ImageUser, ...]:
        """Return the containers in any state that use one of *images*.

        *images* are config, manifest and index digests of whole images: engines know an image
        by one or the other.  Engines named in *ignore* are not asked.  Raises StoreError if a
        configured engine does not answer.
        """


def nobody(images: Collection[Digest], *, ignore: Collection[str]) -> tuple[ImageUser, ...]:
    """Answer for a host without engines."""
    return ()
