"""What an engine is, to those who use one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from .values import Container, EngineAddress, EngineImage, EngineVersion

__all__ = ["Engine"]


class Engine(Protocol):
    """One container engine.  Every method raises EngineSilent if it does not answer.

    Nothing is kept between calls: what is told is what the engine says now.
    """

    @property
    def address(self) -> EngineAddress:
        """Where it is."""

    def version(self) -> EngineVersion:
        """Ask who is there."""

    def images(self) -> tuple[EngineImage, ...]:
        """Return the images it holds, those without a name too."""

    def image(self, name: str) -> EngineImage | None:
        """Return the image that the engine understands by *name* or an id; None if it has none."""

    def containers(self) -> tuple[Container, ...]:
        """Return the containers in every state."""

    def load(self, pieces: Iterable[bytes]) -> None:
        """Take in an archive, read once from start to end.

        What *pieces* raises passes through, and the engine keeps nothing of it.
        Raises EngineRefused.
        """

    def tag(self, image: EngineImage, name: str) -> None:
        """Give *image* the further name ``repository:tag``.  Raises EngineRefused."""

    def export(self, image: EngineImage, name: str) -> Iterator[bytes]:
        """Yield an archive of *image* under *name*, '' for without one.  Raises EngineRefused."""

    def commit(self, container: str) -> EngineImage:
        """Make a nameless image of a container.

        Raises NotFoundError if there is no such container, EngineRefused, NotSupported.
        """

    def remove(self, image: EngineImage) -> None:
        """Remove a nameless image, but nothing it was made from.  Raises EngineRefused."""

    def close(self) -> None:
        """Let go of connections; further calls do nothing."""
