"""plan: exactly what will be executed, dependencies first, before the first byte moves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..errors import Conflict, Error, Exists, NotFoundError, PackageNotFound
from ..model import (
    Action,
    FileStamp,
    ImageKey,
    Installed,
    Package,
    Plan,
    Query,
    Requirement,
    Source,
    Step,
    Verb,
)
from ..oci import Descriptor
from ..oci.media_types import is_index
from ..platforms import PlatformSet
from ..versions import Version, floating
from .asking import require_trust
from .calls import Call, open_call
from .facts import is_whole
from .options import check_wishes
from .resolving import Chosen, resolve, wanted_platforms
from .wishes import Wishes

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["Planner", "plan_install"]


def plan_install(resources: Resources, requests: Sequence[str], wishes: Wishes) -> Plan:
    """Resolve *requests* once, and settle what happens to each package and its dependencies.

    Raises what resolving raises; Exists where a numbered version would be replaced.
    """
    planner = Planner(resources, "install", wishes, wanted_platforms(resources, wishes))
    for request in requests:
        planner.add_request(request)
    return planner.plan()


class Planner:
    """Gathers steps; each package once, dependencies before dependents."""

    def __init__(
        self, resources: Resources, verb: str, wishes: Wishes, platforms: PlatformSet
    ) -> None:
        self._resources = resources
        self._verb = verb
        self._wishes = wishes
        self._platforms = platforms
        verbs = (Verb.INSTALL, Verb.SAVE) if verb == "save" else (Verb.INSTALL,)
        check_wishes(resources, wishes.options, *verbs)
        self.installed = {image.key: image for image in resources.catalog.installed()}
        """What was here when planning began; whoever executes the plan goes by this."""
        self._steps: dict[ImageKey, Step] = {}
        self._open: list[ImageKey] = []
        self.failed: list[tuple[str, Error]] = []

    def add_request(self, request: str) -> None:
        """Add the packages that *request* means; with keep_going a failure is noted instead."""
        before = dict(self._steps)
        try:
            for chosen in resolve(self._resources, request, self._wishes):
                self.add(chosen, "requested")
        except Error as error:
            if not self._wishes.keep_going:
                raise
            self._steps = before  # what was needed for this request alone
            self._open.clear()
            self.failed.append((request, error))

    def add(self, chosen: Chosen, reason: str) -> None:
        """Add one package, what it requires first.

        Raises Conflict if packages require each other, or if two are asked for that cannot be
        installed side by side; PackageNotFound for what is nowhere.
        """
        package, source = chosen.package, chosen.source
        key = ImageKey.of(package)
        if key in self._open:
            names = " → ".join(map(str, (*self._open, key)))
            raise Conflict(f"packages require each other: {names}", hint="tell their publisher")
        if key in self._steps:
            _check_same(self._steps[key].package, package)
            return
        require_trust(source, self._wishes)
        self._open.append(key)
        needs: list[ImageKey] = []
        for requirement in self._requirements(package, source):
            needs += self._add_requirement(requirement, package)
        self._open.pop()
        self._steps[key] = self._step(package, source, reason, tuple(needs))

    def plan(self) -> Plan:
        """Return the steps so far."""
        steps = tuple(self._steps.values())
        return Plan(verb=self._verb, steps=steps, free=self._resources.free_bytes())

    def _requirements(self, package: Package, source: Source | None) -> Iterator[Requirement]:
        yield from package.requires
        provider = package.id.provider
        call = self._call(package, source)
        yield from self._resources.dispatcher.dependencies(provider, package, call.context)

    def _add_requirement(self, requirement: Requirement, package: Package) -> tuple[ImageKey, ...]:
        """Return the steps that fulfil *requirement*; () if something installed does."""
        query = Query.of(requirement.name, prereleases=True)
        if any(query.wants(image.package) for image in self.installed.values()):
            return ()
        for key, step in self._steps.items():
            if query.wants(step.package):
                return (key,)
        text = str(requirement.name)
        wishes = Wishes(
            allow_untrusted=self._wishes.allow_untrusted, platforms=self._wishes.platforms
        )
        try:
            chosen = resolve(self._resources, text, wishes)
        except NotFoundError as error:
            raise PackageNotFound(
                text,
                hint=f"{package} needs it as its {requirement.reason}; install it first,"
                " or add a source that has it",
            ) from error
        for one in chosen:
            self.add(one, f"{requirement.reason} of {package.name}")
        return tuple(ImageKey.of(one.package) for one in chosen)

    def _step(
        self, package: Package, source: Source | None, reason: str, needs: tuple[ImageKey, ...]
    ) -> Step:
        action = self._action(package)
        fetch = here = pulls = 0
        exact = True
        if action is not Action.KEEP:
            fetch, here, pulls, exact = self._amount(package, source)
        return Step(
            action=action,
            package=package,
            source=source,
            platforms=tuple(self._platforms),
            moves=self._moves(package),
            needs=needs,
            reason=reason,
            fetch=fetch,
            here=here,
            pulls=pulls,
            exact=exact,
        )

    def _action(self, package: Package) -> Action:
        if self._verb == "save":
            return Action.FETCH
        old = self.installed.get(ImageKey.of(package))
        if old is None:
            return Action.INSTALL
        if self._covers(old, package):
            return Action.REPLACE if self._wishes.force else Action.KEEP
        if old.package.pin == package.pin or self._moves(package):
            return Action.REPLACE
        if isinstance(package.pin, FileStamp):
            return Action.REPLACE  # a copy may be the same image; it is compared when it is read
        raise Exists(
            f"{old.name} {old.version} with other content",
            hint="--force replaces it by what the source has now",
        )

    def _covers(self, old: Installed, package: Package) -> bool:
        """Whether *old* is this very package, with every platform that is wanted now."""
        root = old.content.root
        if package.pin not in (old.package.pin, root):
            return False
        if not isinstance(root, Descriptor) or not is_index(root.media_type):
            return True
        if self._platforms.is_all:
            return is_whole(root, self._resources.store)
        return all(
            any(there.satisfies(wanted) for there in old.platforms) for wanted in self._platforms
        )

    def _moves(self, package: Package) -> bool:
        """Whether the version may mean something else today: a label, or the user says so."""
        return self._wishes.force or package.version in floating([Version.parse(package.version)])

    def _amount(self, package: Package, source: Source | None) -> tuple[int, int, int, bool]:
        """Return bytes to fetch, bytes here, pulls, and whether that is exact."""
        provider = package.id.provider
        call = self._call(package, source)
        contents = self._resources.dispatcher.contents(provider, package, call.reader, call.context)
        if contents is None:
            size = package.pin.size if not isinstance(package.pin, Descriptor) else 0
            return package.size or size, 0, 0, False
        store = self._resources.store
        sizes = {one.digest: (one.size, store.has(one)) for one in contents.descriptors}
        here = sum(size for size, is_here in sizes.values() if is_here)
        fetch = sum(size for size, is_here in sizes.values() if not is_here)
        return fetch, here, contents.pulls, contents.exact

    def _call(self, package: Package, source: Source | None) -> Call:
        return open_call(
            self._resources,
            package.id.provider,
            source,
            platforms=self._platforms,
            options=self._wishes.options,
        )


def _check_same(planned: Package, package: Package) -> None:
    if planned.pin != package.pin:
        raise Conflict(
            f"{package} is asked for twice, with different content",
            hint="install one of them, or give it another name or version",
        )
