"""install: pour packages into the store, then say so in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import Conflict, worst
from ..model import Action, ImageKey, Installed, Plan
from .bringing import bring
from .image_rows import RowMaker
from .planning import Planner
from .resolving import wanted_platforms
from .results import InstallResult
from .wishes import Wishes

if TYPE_CHECKING:
    from ..catalog import CatalogChange
    from .resources import Resources

__all__ = ["install"]


def install(resources: Resources, requests: Sequence[str], wishes: Wishes) -> InstallResult:
    """Plan, bring, verify, and record; nothing is installed unless everything was.

    With ``wishes.keep_going`` the requests that failed are in the result; if all did, the worst
    failure is raised.
    """
    platforms = wanted_platforms(resources, wishes)
    planner = Planner(resources, "install", wishes, platforms)
    for request in requests:
        planner.add_request(request)
    plan = planner.plan()
    before = {image.key: image for image in resources.catalog.installed()}
    todo = replace(plan, steps=tuple(step for step in plan.steps if step.action is not Action.KEEP))
    with resources.store.lease() as lease:
        brought, broken = bring(resources, todo, wishes, platforms, lease)
        maker = RowMaker(resources, wishes, platforms, lease, before)
        images, broken = maker.rows(brought, broken)
        revision = _record(resources, images, before)
    failed = (*planner.failed, *((str(step.package), error) for step, error in broken))
    if failed and not images and not _kept(plan, before):
        raise worst([error for _, error in failed])
    return InstallResult(
        plan=plan,
        installed=tuple(images),
        kept=_kept(plan, before),
        failed=failed,
        revision=revision,
    )


def _record(
    resources: Resources, images: Sequence[Installed], before: dict[ImageKey, Installed]
) -> int:
    """Write every image in one revision; return its number, or the present one if none is new."""
    if not images:
        return resources.catalog.revision()
    with resources.change("install") as change:
        for image in images:
            _check_unmoved(change, image, before)
            change.put_image(image)
    return change.revision


def _check_unmoved(
    change: CatalogChange, image: Installed, before: dict[ImageKey, Installed]
) -> None:
    """Raise Conflict if another process put something else under this name meanwhile."""
    now, then = change.image(image.key), before.get(image.key)
    if now is None or then == now or now.content.root == image.content.root:
        return
    raise Conflict(
        f"{image.name} {image.version} was installed by another process with other content",
        hint="look at `ferry show`, then repeat with --force if you mean it",
    )


def _kept(plan: Plan, before: dict[ImageKey, Installed]) -> tuple[Installed, ...]:
    return tuple(
        before[ImageKey.of(step.package)] for step in plan.steps if step.action is Action.KEEP
    )
