"""A host's engines as a double: containers by the digest of their image, some engines silent."""

from __future__ import annotations

from collections.abc import Collection

from provider_core.digests import Digest
from provider_core.errors import StoreError
from provider_core.operations.engine_users import ImageUser

__all__ = ["EnginesDouble"]


class EnginesDouble:
    """Answers for the engines that tests put containers into."""

    def __init__(self, *silent: str) -> None:
        self.silent = silent
        self.containers: list[ImageUser] = []
        self.asked: list[frozenset[Digest]] = []

    def put(self, engine: str, container: str, image: Digest, state: str = "exited") -> None:
        """Create a container from the image that the engine knows as *image*."""
        self.containers.append(
            ImageUser(image=image, engine=engine, container=container, state=state)
        )

    def __call__(
        self, images: Collection[Digest], *, ignore: Collection[str]
    ) -> tuple[ImageUser, ...]:
        """Answer as the port promises."""
        self.asked.append(frozenset(images))
        for engine in self.silent:
            if engine not in ignore:
                raise StoreError(f"{engine} does not answer", hint="start it")
        return tuple(
            one for one in self.containers if one.image in images and one.engine not in ignore
        )
