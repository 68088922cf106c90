"""save: pour images from the store into a destination; what is not here is fetched first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from ..model import Destination, Plan, Verb
from ..platforms import PlatformSet
from .bringing import bring
from .calls import open_call
from .destinations import Target, find_target
from .holding import Hold
from .options import check_destination
from .promised_file import check_unchanged
from .requests import Request
from .results import Gathered, SaveResult
from .save_planning import SavePlanner
from .wishes import Wishes

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["ANYTHING", "gather", "plan_save", "save"]

ANYTHING = Destination(folder=True, takes=("*/*",))
"""A place that takes every type as it is."""


def plan_save(
    resources: Resources, requests: Sequence[str | Request], to: str, wishes: Wishes
) -> Plan:
    """Return what would be fetched before anything is written to *to*."""
    _target(resources, to, wishes)
    planner = _planner(resources, wishes)
    planner.is_shown = True
    planner.carry(requests)
    return planner.plan()


def save(
    resources: Resources, requests: Sequence[str | Request], to: str, wishes: Wishes
) -> SaveResult:
    """Write the images that *requests* mean, and what they require, to *to*: all or none.

    The home is asked first, where it has a version that fits.  What is fetched stays cached for
    a while.  Raises what finding the destination, resolving and writing raise.
    """
    target = _target(resources, to, wishes)
    with gather(resources, requests, target.kind, wishes) as gathered:
        call = open_call(
            resources,
            target.provider,
            place=target.location,
            verb=Verb.SAVE,
            platforms=gathered.platforms,
            options=wishes.options,
            told={"force": wishes.force},
        )
        saved = resources.dispatcher.save(
            target.provider, gathered.images, target.location, call.reader, call.context, call.signs
        )
    packages = tuple(one.package for one in gathered.images)
    counts = tuple(len(one.names) for one in gathered.images)
    return SaveResult(plan=gathered.plan, saved=saved, packages=packages, name_counts=counts)


@contextmanager
def gather(
    resources: Resources, requests: Sequence[str | Request], kind: Destination, wishes: Wishes
) -> Iterator[Gathered]:
    """Yield the images that *requests* mean, and what they require, whole in the store.

    They stay there while the block runs; what was fetched is cached for a while after it.
    Raises what resolving, fetching and, where *kind* does not take a type, converting raise.
    """
    with resources.exports.kept(), resources.store.lease() as lease:
        planner = _planner(resources, wishes)
        carried = planner.carry(requests)
        plan = planner.plan()
        hold = Hold(resources, kind, planner.wishes, lease)
        for image in planner.here.values():
            hold.take_installed(image)
        brought, _ = bring(resources, plan, planner.wishes, planner.platforms, lease)
        for one in brought:
            hold.take_fetched(one)
        check_unchanged(planner.files)
        yield Gathered(
            images=hold.images(carried),
            requested=len(planner.requested),
            plan=plan,
            platforms=planner.platforms,
            reader=resources.store,
        )


def _target(resources: Resources, to: str, wishes: Wishes) -> Target:
    target = find_target(resources, to, force=wishes.force)
    check_destination(resources, wishes.options, target.provider)
    return target


def _planner(resources: Resources, wishes: Wishes) -> SavePlanner:
    """Return a planner that wants what the user does, else every platform there is."""
    platforms = wishes.platforms or PlatformSet.all()
    return SavePlanner(resources, replace(wishes, platforms=platforms, keep_going=False), platforms)
