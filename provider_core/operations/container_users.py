"""Which containers use an image: asked of the engines of this host (`engine_users.EngineUsers`)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from ..digests import Digest
from ..engines import Container, EngineAddress
from ..errors import EngineSilent
from .engine_users import ImageUser

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["ContainerUsers"]

_SHORT_ID = 12


class ContainerUsers:
    """Asks every engine, in one question each.

    One that the user configured must answer; one that was only found, at its usual place, is
    asked if it does: there may be a socket that nobody serves any more, or that is not this
    user's.
    """

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    def __call__(
        self, images: Collection[Digest], *, ignore: Collection[str]
    ) -> tuple[ImageUser, ...]:
        """Return the containers in any state that use one of *images*.

        Raises EngineSilent if a configured engine that is not in *ignore* does not answer.
        """
        wanted = frozenset(images)
        places = {
            address.url: address
            for address in reversed(self._resources.engines.addresses())
            if address.name not in ignore
        }
        return tuple(
            user
            for address in reversed(places.values())
            for container in self._containers(address)
            for user in _users(container, wanted)
        )

    def _containers(self, address: EngineAddress) -> tuple[Container, ...]:
        try:
            return self._resources.engines.get(address.name).containers()
        except EngineSilent as error:
            if not address.is_configured:
                self._tell_left_out(error)
                return ()
            fields = error.fields
            raise EngineSilent(
                address.name,
                address.url,
                str(fields["reason"]),
                hint=f"{error.hint}; or --ignore-engine {address.name}, and its containers"
                " may lose their image",
            ) from error

    def _tell_left_out(self, error: EngineSilent) -> None:
        progress = self._resources.progress
        if progress is not None:
            progress.notice(f"{error.message}; whether a container of it uses this is not known")


def _users(container: Container, wanted: frozenset[Digest]) -> Iterator[ImageUser]:
    """Yield the container for each of *wanted* that its image is known by."""
    for digest in sorted(container.images & wanted):
        yield ImageUser(
            image=digest,
            engine=container.engine,
            container=container.name or container.id[:_SHORT_ID],
            state=container.state,
        )
