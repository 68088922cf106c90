"""plan: exactly what will be executed, dependencies first, before the first byte moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from ..errors import (
    Conflict,
    Error,
    NotFoundError,
    PackageNotFound,
    UsageError,
)
from ..installed_names import fulfils
from ..model import (
    Action,
    FileMark,
    ImageKey,
    Package,
    Pin,
    Plan,
    Query,
    Requirement,
    Source,
    Step,
    Verb,
    same_pin,
)
from ..oci import Descriptor
from ..platforms import PlatformSet
from ..references import Name
from .asking import require_trust
from .awaiting import awaited
from .base_builds import of_same_build
from .calls import Call, open_call
from .costs import Costs
from .failing_image import about
from .fates import Fates
from .options import check_wishes
from .requests import Request, request_of
from .resolving import Chosen, resolve
from .wanted_platforms import require_platforms, wanted_platforms
from .wishes import Wishes

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["Planner", "check_same", "plan_install"]

_AT_ONCE = 8
"""Requests that sources are asked for at the same time."""


def plan_install(resources: Resources, requests: Sequence[str | Request], wishes: Wishes) -> Plan:
    """Resolve *requests* once, and settle what happens to each package and its dependencies.

    Raises what resolving raises; Exists where a numbered version would be replaced.
    """
    planner = Planner(resources, wishes, wanted_platforms(resources, wishes))
    planner.is_shown = True
    planner.add_requests(requests)
    return planner.plan()


class Planner:
    """Gathers steps; each package once, dependencies before dependents."""

    verb: ClassVar[str] = "install"
    options_of: ClassVar[tuple[Verb, ...]] = (Verb.INSTALL,)

    def __init__(self, resources: Resources, wishes: Wishes, platforms: PlatformSet) -> None:
        self._resources = resources
        self.wishes = wishes
        self.platforms = platforms
        check_wishes(resources, wishes.options, *self.options_of)
        self.installed = {image.key: image for image in resources.catalog.installed()}
        """What was here when planning began; whoever executes the plan goes by this."""
        self.tags = resources.catalog.tags()
        self.asked_for: dict[ImageKey, Package] = {}
        """What the requests mean themselves, without what that needs."""
        self.leaning: list[tuple[ImageKey, Requirement]] = []
        """Who relies on what is installed; whoever executes the plan checks that it stayed."""
        self._fates = Fates(resources, wishes, platforms, self.installed)
        self._costs = Costs(resources)
        self.files: list[FileMark] = []
        """Files whose digest was checked; whoever executes the plan checks that they stayed."""
        self.failed: list[tuple[str, Error]] = []
        self.is_shown = False
        """Whether somebody wants to see the plan, so that sizes may be asked for."""
        self._steps: dict[ImageKey, Step] = {}
        self._open: list[ImageKey] = []

    def add_requests(self, asked: Sequence[str | Request]) -> None:
        """Do what `add_request` does for each of *asked*; sources are asked for several at once."""
        requests = list(map(request_of, asked))
        if len(requests) < 2:
            for request in requests:
                self.add_request(request)
            return
        pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="resolve")
        try:
            found = [pool.submit(self.resolved, request) for request in requests]
            for request, future in zip(requests, found, strict=True):
                self._add_found(request, awaited(future).result)
        finally:
            # Leaving the pool as a context manager would wait for every answer.
            pool.shutdown(wait=False, cancel_futures=True)

    def add_request(self, asked: str | Request) -> None:
        """Add the packages that *asked* means; with keep_going a failure is noted instead."""
        request = request_of(asked)
        self._add_found(request, lambda: self.resolved(request))

    def add_chosen(self, chosen: Chosen, reason: str) -> None:
        """Add one package as `add` does; with keep_going a failure is noted instead."""
        with self._noted(str(chosen.package)):
            self.add(chosen, reason)

    def _add_found(self, request: Request, find: Callable[[], tuple[Chosen, ...]]) -> None:
        with self._noted(request.text):
            found = find()
            for chosen in found:
                self.add(chosen, "requested")
            self.asked_for |= {ImageKey.of(one.package): one.package for one in found}

    @contextmanager
    def _noted(self, what: str) -> Iterator[None]:
        steps, coming = dict(self._steps), set(self._costs.coming)
        try:
            yield
        except Error as error:
            if not self.wishes.keep_going:
                raise
            # Without what this request alone needed.
            self._steps, self._costs.coming = steps, coming
            self._open.clear()
            self.failed.append((what, error))

    def resolved(self, request: Request) -> tuple[Chosen, ...]:
        """Return what *request* means, and note the file that it names."""
        found = resolve(self._resources, request.text, request.wishes(self.wishes))
        self.files += {chosen.file for chosen in found if chosen.file is not None}
        return found

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
            check_same(package, self._steps[key].package.pin)
            return
        require_trust(source, self.wishes)
        self.require_locked(package, package.pin)
        self._open.append(key)
        package = replace(package, requires=self._requirements(package, source))
        needs = self.needs_of(package)
        self._open.pop()
        with about(package):
            self._steps[key] = self._step(package, source, reason, needs)

    def require_locked(self, package: Package, *pins: Pin) -> None:
        """Raise UsageError if a lock is to be kept to and none of *pins* is in it."""
        locked = self.wishes.locked
        if locked is None:
            return
        if not any(isinstance(pin, Descriptor) and pin.digest in locked for pin in pins):
            raise UsageError(
                f"{package} is not in the lock, which is to be kept to",
                hint="`ferry lock` writes a new one; without --locked it may be brought",
                package=str(package),
            )

    def needs_of(self, package: Package) -> tuple[ImageKey, ...]:
        """Return the steps before that of *package*, those for what it requires."""
        needs = (self._fulfilled(requirement, package) for requirement in package.requires)
        return tuple(dict.fromkeys(key for keys in needs for key in keys))

    def plan(self) -> Plan:
        """Return the steps so far, and what failed."""
        return Plan(
            verb=self.verb,
            steps=tuple(self._steps.values()),
            free=self._resources.free_bytes(),
            failed=tuple(self.failed),
        )

    def _requirements(self, package: Package, source: Source | None) -> tuple[Requirement, ...]:
        """Return what the package itself and its provider say that it requires, each once."""
        provider = package.id.provider
        call = self._call(package, source)
        asked = self._resources.dispatcher.dependencies(provider, package, call.context)
        return tuple(dict.fromkeys((*package.requires, *asked)))

    def at_hand(self, name: Name) -> tuple[ImageKey, ...] | None:
        """Return the steps that fulfil a requirement, () if something installed does.

        None if it must be resolved.
        """
        if any(fulfils(image, name, self.tags) for image in self.installed.values()):
            return ()
        return self.planned(Query.of(name, prereleases=True))

    def planned(self, query: Query) -> tuple[ImageKey, ...] | None:
        """Return the step whose package answers *query*, None if there is none."""
        for key, step in self._steps.items():
            if query.wants(step.package):
                return (key,)
        return None

    def _fulfilled(self, requirement: Requirement, package: Package) -> tuple[ImageKey, ...]:
        """Add what *requirement* of *package* needs, and return the steps that fulfil it.

        An image of Windows gets the base of its own build, if that is here or a source has it.
        """
        exact = of_same_build(requirement, package)
        if exact is not None and self._is_to_be_had(exact.name):
            requirement = exact
        here = self.at_hand(requirement.name)
        if here is not None:
            if not here:
                self.leaning.append((ImageKey.of(package), requirement))
            return here
        text = str(requirement.name)
        try:
            chosen = self._required(text)
        except NotFoundError as error:
            raise PackageNotFound(
                text,
                hint=f"{package} needs it as its {requirement.reason}; install it first,"
                " or add a source that has it",
            ) from error
        for one in chosen:
            self.add(one, f"{requirement.reason} of {package.name}")
        return tuple(ImageKey.of(one.package) for one in chosen)

    def _is_to_be_had(self, name: Name) -> bool:
        """Whether *name* is here, planned, or in a source."""
        if self.at_hand(name) is not None:
            return True
        try:
            return bool(self._required(str(name)))
        except NotFoundError:
            return False

    def _required(self, text: str) -> tuple[Chosen, ...]:
        """Resolve what a package requires; of the wishes only these count for it."""
        wishes = Wishes(
            allow_untrusted=self.wishes.allow_untrusted, platforms=self.wishes.platforms
        )
        return resolve(self._resources, text, wishes)

    def _step(
        self, package: Package, source: Source | None, reason: str, needs: tuple[ImageKey, ...]
    ) -> Step:
        action = self.action(package)
        kept = self.installed[ImageKey.of(package)] if action is Action.KEEP else package
        require_platforms(kept.platforms or filter(None, [package.id.platform]), self.wishes)
        step = Step(
            action=action,
            package=package,
            source=source,
            platforms=tuple(self.platforms),
            moves=self._fates.moves(package),
            needs=needs,
            reason=reason,
        )
        return step if action is Action.KEEP else self._measured(step)

    def action(self, package: Package) -> Action:
        """Return what happens to *package*; Exists where a numbered version would be replaced."""
        return self._fates.action(package)

    def _measured(self, step: Step) -> Step:
        """Return *step* with what it costs, as far as that is known."""
        package, provider = step.package, step.package.id.provider
        call = self._call(package, step.source, told={"estimate": self.is_shown})
        contents = self._resources.dispatcher.contents(provider, package, call.reader, call.context)
        return self._costs.counted(step, contents)

    def _call(
        self, package: Package, source: Source | None, told: Mapping[str, Any] | None = None
    ) -> Call:
        return open_call(
            self._resources,
            package.id.provider,
            source,
            place=package.name,
            platforms=self.platforms,
            options=self.wishes.options,
            told={**self.wishes.told, **(told or {})},
        )


def check_same(package: Package, *pins: Pin) -> None:
    """Raise Conflict if *package* has none of the *pins* of what is planned under its name."""
    if not any(same_pin(package.pin, pin) for pin in pins):
        raise Conflict(
            f"{package} is asked for twice, with different content",
            hint="install one of them, or give it another name or version",
        )
