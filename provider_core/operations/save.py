"""save: pour images from the store into a destination; what is not here is fetched first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..model import Plan, Verb
from ..platforms import PlatformSet
from .bringing import bring
from .calls import open_call
from .destinations import find_target
from .holding import Hold
from .promised_file import check_unchanged
from .results import SaveResult
from .save_planning import SavePlanner
from .wishes import Wishes

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["plan_save", "save"]


def plan_save(resources: Resources, requests: Sequence[str], to: str, wishes: Wishes) -> Plan:
    """Return what would be fetched before anything is written to *to*."""
    find_target(resources, to, force=wishes.force)
    planner = _planner(resources, wishes)
    planner.carry(requests)
    return planner.plan()


def save(resources: Resources, requests: Sequence[str], to: str, wishes: Wishes) -> SaveResult:
    """Write the images that *requests* mean, and what they require, to *to*: all or none.

    The home is asked first, where it has a version that fits.  What is fetched stays cached for
    a while.  Raises what finding the destination, resolving and writing raise.
    """
    target = find_target(resources, to, force=wishes.force)
    planner = _planner(resources, wishes)
    carried = planner.carry(requests)
    plan = planner.plan()
    with resources.store.lease() as lease:
        hold = Hold(resources, target, planner.wishes, lease)
        for image in planner.here.values():
            hold.take_installed(image)
        brought, _ = bring(resources, plan, planner.wishes, planner.platforms, lease)
        for one in brought:
            hold.take_fetched(one)
        check_unchanged(planner.files)
        held = hold.images(carried)
        call = open_call(
            resources,
            target.provider,
            place=target.location,
            verb=Verb.SAVE,
            platforms=planner.platforms,
            options=wishes.options,
            told={"force": wishes.force},
        )
        saved = resources.dispatcher.save(
            target.provider, held, target.location, call.reader, call.context, call.signs
        )
    return SaveResult(plan=plan, saved=saved, packages=tuple(one.package for one in held))


def _planner(resources: Resources, wishes: Wishes) -> SavePlanner:
    """Return a planner that wants what the user does, else every platform there is."""
    platforms = wishes.platforms or PlatformSet.all()
    return SavePlanner(resources, replace(wishes, platforms=platforms, keep_going=False), platforms)
