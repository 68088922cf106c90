"""What a save carries: the images that are asked for, and whatever they require."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from ..errors import PackageNotFound
from ..model import Action, ImageKey, Installed, Package, Query, Verb
from ..platforms import PlatformSet
from ..references import Name, parse_reference
from .choosing import the_one
from .planning import Planner, check_same
from .requests import Request, query_of, request_of
from .resolving import Chosen
from .selecting import installed_with_id, named_installed, only_one
from .wanted_platforms import has_platforms
from .wishes import Wishes

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["SavePlanner"]


class SavePlanner(Planner):
    """Gathers images that are here, and steps for the others.

    The home is asked first, where it has a version that fits.  So the same requests carry the
    same images, whatever of them is installed.
    """

    verb: ClassVar[str] = "save"
    options_of: ClassVar[tuple[Verb, ...]] = (Verb.INSTALL, Verb.SAVE)

    def __init__(self, resources: Resources, wishes: Wishes, platforms: PlatformSet) -> None:
        super().__init__(resources, wishes, platforms)
        self.here: dict[ImageKey, Installed] = {}
        """Images to carry that are in this home."""
        self.requested: tuple[ImageKey, ...] = ()
        """What was asked for, of what is carried; each once."""
        self._asked: list[Chosen] = []
        self._needs: dict[ImageKey, tuple[ImageKey, ...]] = {}

    def carry(self, requests: Sequence[str | Request]) -> tuple[ImageKey, ...]:
        """Return what is carried: requests in their order, then what they require, each once.

        Each is in `here` or has a step.  Every request is known before the first requirement is
        looked for: what is asked for is taken, if it will do.
        """
        keys: list[ImageKey] = []
        for request in map(request_of, requests):
            found = self._found(request)
            if isinstance(found, Installed):
                keys.append(self._take(found))
            else:
                self._asked += found
                keys += (ImageKey.of(chosen.package) for chosen in found)
        for chosen in self._asked:
            self.add(chosen, "requested")
        while waiting := [image for key, image in self.here.items() if key not in self._needs]:
            for image in waiting:
                self._needs[image.key] = self.needs_of(image.package)
        self.requested = tuple(dict.fromkeys(keys))
        return self._in_order(keys)

    def add(self, chosen: Chosen, reason: str) -> None:
        """Add a step for one package unless it is here; Conflict if something else is."""
        image = self.here.get(ImageKey.of(chosen.package))
        if image is None:
            super().add(chosen, reason)
        else:
            check_same(chosen.package, image.package.pin, image.content.root)

    def action(self, package: Package) -> Action:
        """Return FETCH: nothing is installed."""
        return Action.FETCH

    def at_hand(self, name: Name) -> tuple[ImageKey, ...] | None:
        """Return what is carried already and fulfils a requirement, else what the home has."""
        query = Query.of(name, prereleases=True)
        for key, image in self.here.items():
            if query.wants(image.package):
                return (key,)
        planned = self.planned(query)
        if planned is not None:
            return planned
        for chosen in self._asked:
            if query.wants(chosen.package):
                self.add(chosen, "requested")
                return (ImageKey.of(chosen.package),)
        found = self._in_home(name, query)
        return None if found is None else (self._take(found),)

    def _take(self, image: Installed) -> ImageKey:
        """Carry *image*; Conflict if other content is fetched under its name."""
        self.require_locked(image.package, image.package.pin, image.content.root)
        step = self._steps.get(image.key)
        if step is not None:
            check_same(step.package, image.package.pin, image.content.root)
        self.here[image.key] = image
        return image.key

    def _found(self, request: Request) -> Installed | tuple[Chosen, ...]:
        """Return the installed image that *request* means, or what its source has.

        An id is taken for one only where no source knows such a name.
        """
        reference, wishes = parse_reference(request.text), request.wishes(self.wishes)
        if not isinstance(reference, Name) or wishes.source or wishes.sha256:
            return self.resolved(request)
        query = query_of(reference, wishes)
        name = replace(reference, versions=query.versions, variant=query.variant)
        image = self._in_home(name, query)
        if image is not None:
            return image
        try:
            return self.resolved(request)
        except PackageNotFound:
            found = installed_with_id(self._resources, request.text)
            if not found:
                raise
            return only_one(found, request.text)

    def _in_home(self, name: Name, query: Query) -> Installed | None:
        """Return the installed image that *name* means, if it has every wanted platform."""
        found = () if name.has_wildcard else named_installed(self._resources, name)
        if not found:
            return None
        fitting = [image.package for image in found if query.wants(image.package)]
        package = the_one(
            fitting or [image.package for image in found], query, self.platforms, str(name)
        )
        (image,) = (image for image in found if image.package is package)
        return image if has_platforms(image.platforms, self.platforms) else None

    def _in_order(self, requested: Sequence[ImageKey]) -> tuple[ImageKey, ...]:
        """Return *requested*, then what these need, then what those need."""
        needs = self._needs | {key: step.needs for key, step in self._steps.items()}
        order = dict.fromkeys(requested)
        while fresh := [key for at in order for key in needs[at] if key not in order]:
            order |= dict.fromkeys(fresh)
        return tuple(order)
