"""lock: what requests mean now, by digest, with all that they require; nothing is fetched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..errors import Error, NotSupported
from ..lists import Pinned
from ..model import Action, ImageKey, Package, Step
from ..oci import Descriptor
from ..platforms import PlatformSet
from ..references import Name
from .planning import Planner
from .requests import Request, request_of
from .wanted_platforms import wanted_platforms
from .wishes import Wishes

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["LockPlanner", "lock"]


class LockPlanner(Planner):
    """Gathers what is asked for and what that requires, whatever is installed."""

    def __init__(self, resources: Resources, wishes: Wishes, platforms: PlatformSet) -> None:
        super().__init__(resources, wishes, platforms)
        self.texts: dict[ImageKey, str] = {}
        """What was typed for each package that was asked for."""

    def add_request(self, asked: str | Request) -> None:
        """Add what *asked* means, and remember how it was typed."""
        before, request = dict(self._steps), request_of(asked)
        super().add_request(request)
        for key, step in self._steps.items():
            if key not in before and step.reason == "requested":
                self.texts[key] = request.entry or request.text

    def at_hand(self, name: Name) -> tuple[ImageKey, ...] | None:
        """Return None: what is installed here is not there."""
        return None

    def action(self, package: Package) -> Action:
        """Return FETCH."""
        return Action.FETCH

    def _measured(self, step: Step) -> Step:
        return step


def lock(
    resources: Resources, requests: Sequence[str | Request], wishes: Wishes
) -> tuple[tuple[Pinned, ...], tuple[tuple[str, Error], ...]]:
    """Return a pin for each image, in order, and with ``keep_going`` what could not be found.

    Raises what resolving raises; NotSupported for a local file, which has no source to go back to.
    """
    planner = LockPlanner(resources, wishes, wanted_platforms(resources, wishes))
    for request in requests:
        planner.add_request(request)
    pins = tuple(_pinned(step, planner, wishes) for step in planner.plan().steps)
    return pins, tuple(planner.failed)


def _pinned(step: Step, planner: LockPlanner, wishes: Wishes) -> Pinned:
    package, source = step.package, step.source
    if not isinstance(package.pin, Descriptor):
        raise NotSupported(
            f"{package} is a local file, which a lock cannot name", hint="lock images of sources"
        )
    return Pinned(
        request=planner.texts.get(ImageKey.of(package), step.reason),
        name=package.name,
        version=package.version,
        digest=package.pin.digest,
        source=source.name if source else "",
        location=source.location if source else "",
        platforms=wishes.platforms,
    )
