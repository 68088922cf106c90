"""save: pour images from the store into a destination; what is not here is fetched first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..model import Content, Held, Installed, Package, Plan
from ..oci import Descriptor
from ..parents import Family
from ..platforms import Platform, PlatformSet
from ..references import Name
from ..store import Lease
from .bringing import Brought, bring
from .calls import open_call
from .choosing import the_one
from .converting import content_type, converted
from .destinations import Target, find_target
from .facts import selection_of
from .planning import Planner
from .publishing import recorded
from .requests import query_of, read_request
from .results import SaveResult
from .selecting import fitting_installed, names_of
from .wishes import Wishes

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["plan_save", "save"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sorted:
    """The requests of a save, sorted by where their content is."""

    here: tuple[Installed, ...]
    """In this home already."""
    plan: Plan
    """What must be fetched first."""
    platforms: PlatformSet


def plan_save(resources: Resources, requests: Sequence[str], to: str, wishes: Wishes) -> Plan:
    """Return what would be fetched before anything is written to *to*."""
    find_target(resources, to, force=wishes.force)
    return _sort(resources, requests, wishes).plan


def save(resources: Resources, requests: Sequence[str], to: str, wishes: Wishes) -> SaveResult:
    """Write the images that *requests* mean to *to*, all of them or none.

    The home is asked first, where it has a version that fits.  What is fetched stays cached for
    a while.  Raises what finding the destination, resolving and writing raise.
    """
    target = find_target(resources, to, force=wishes.force)
    work = _sort(resources, requests, wishes)
    with resources.store.lease() as lease:
        brought, _ = bring(
            resources, work.plan, replace(wishes, keep_going=False), work.platforms, lease
        )
        held = [
            *(_held_installed(resources, image, wishes, lease) for image in work.here),
            *(
                _held_fetched(resources, one, target, wishes, work.platforms, lease)
                for one in brought
            ),
        ]
        call = open_call(
            resources,
            target.provider,
            platforms=work.platforms,
            options={**wishes.options, "force": wishes.force},
        )
        saved = resources.dispatcher.save(
            target.provider, held, target.location, call.reader, call.context, call.signs
        )
    return SaveResult(plan=work.plan, saved=saved, packages=tuple(one.package for one in held))


def _sort(resources: Resources, requests: Sequence[str], wishes: Wishes) -> _Sorted:
    platforms = wishes.platforms or PlatformSet.all()
    wanting = replace(wishes, platforms=platforms, keep_going=False)
    planner = Planner(resources, "save", wanting, platforms)
    here: dict[object, Installed] = {}
    for request in requests:
        image = None if wishes.source else _in_home(resources, request, wanting)
        if image is not None:
            here[image.key] = image
        else:
            planner.add_request(request)
    return _Sorted(here=tuple(here.values()), plan=planner.plan(), platforms=platforms)


def _in_home(resources: Resources, request: str, wishes: Wishes) -> Installed | None:
    """Return the installed image that fits *request* with every wanted platform, if any."""
    name = read_request(request)
    if not isinstance(name, Name):
        return None
    found = fitting_installed(resources, request)
    query = query_of(name, wishes)
    if not found:
        return None
    if len(found) > 1:
        wanted = wishes.platforms or PlatformSet.all()
        package = the_one([image.package for image in found], query, wanted, request)
        found = tuple(image for image in found if image.package == package)
    return found[0] if _has_platforms(found[0], wishes.platforms) else None


def _has_platforms(image: Installed, wanted: PlatformSet | None) -> bool:
    if wanted is None or wanted.is_all or not image.platforms:
        return True
    return all(any(there.satisfies(one) for there in image.platforms) for one in wanted)


def _held_installed(resources: Resources, image: Installed, wishes: Wishes, lease: Lease) -> Held:
    selection = selection_of(image.content, resources.store)
    lease.add(descriptor.digest for descriptor in selection.descriptors)
    package = replace(
        image.package,
        publisher=image.publisher,
        is_os_image=image.is_os_image,
        parent=Family(resources.catalog.installed()).parent(image),
    )
    return Held(
        package=package,
        content=image.content,
        names=names_of(image, resources.catalog.tags()),
        platforms=_chosen(image.platforms, wishes.platforms),
    )


def _chosen(there: Sequence[Platform], wanted: PlatformSet | None) -> tuple[Platform, ...]:
    return tuple(one for one in there if wanted is None or wanted.wants(one))


def _held_fetched(
    resources: Resources,
    brought: Brought,
    target: Target,
    wishes: Wishes,
    platforms: PlatformSet,
    lease: Lease,
) -> Held:
    """Return what was fetched as the destination takes it, and keep it cached."""
    package, content = brought.step.package, brought.content
    if not target.kind.takes_as_is(content_type(content, resources.store)):
        content = converted(resources, package, content, wishes, platforms, lease)
    if isinstance(content.root, Descriptor):
        _cache(resources, package, content)
    return Held(
        package=package,
        content=content,
        names=(f"{package.name}:{package.version or 'latest'}",),
        platforms=_chosen(content.platforms, wishes.platforms),
    )


def _cache(resources: Resources, package: Package, content: Content) -> None:
    with recorded(resources, "save") as change:
        change.put_cached(package, content)
