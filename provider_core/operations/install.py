"""install: pour packages into the store, then say so in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import Conflict, worst
from ..model import Action, ImageKey, Installed, Plan, same_pin
from .bringing import bring
from .image_rows import RowMaker
from .planning import Planner
from .promised_file import check_unchanged
from .publishing import recorded
from .requests import Request
from .results import InstallResult
from .wanted_platforms import wanted_platforms
from .wishes import Wishes

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["carry_out", "install"]


def install(
    resources: Resources, requests: Sequence[str | Request], wishes: Wishes
) -> InstallResult:
    """Plan, bring, verify, and record; nothing is installed unless everything was.

    With ``wishes.keep_going`` the requests that failed are in the result; if all did, the worst
    failure is raised.
    """
    planner = Planner(resources, wishes, wanted_platforms(resources, wishes))
    for request in requests:
        planner.add_request(request)
    return carry_out(resources, planner)


def carry_out(resources: Resources, planner: Planner) -> InstallResult:
    """Execute what *planner* has gathered; raises as `install` does."""
    wishes, platforms = planner.wishes, planner.platforms
    plan = planner.plan()
    before = planner.installed
    todo = replace(plan, steps=tuple(step for step in plan.steps if step.action is not Action.KEEP))
    with resources.store.lease() as lease:
        brought, broken = bring(resources, todo, wishes, platforms, lease)
        maker = RowMaker(resources, wishes, platforms, lease, before)
        images, broken = maker.rows(brought, broken)
        check_unchanged(planner.files)
        installed, revision = _record(resources, images, before, maker)
    failed = (*planner.failed, *((str(step.package), error) for step, error in broken))
    if failed and not installed and not _kept(plan, before):
        raise worst([error for _, error in failed])
    return InstallResult(
        plan=plan,
        installed=installed,
        kept=_kept(plan, before),
        failed=failed,
        revision=revision,
    )


def _record(
    resources: Resources,
    images: Sequence[Installed],
    before: dict[ImageKey, Installed],
    maker: RowMaker,
) -> tuple[tuple[Installed, ...], int]:
    """Write every image in one revision; return them and the catalog's revision then."""
    if not images:
        return (), resources.catalog.revision()
    written = []
    with recorded(resources, "install") as change:
        for image in images:
            now = change.image(image.key)
            if now is not None and now != before.get(image.key):
                image = _beside(now, image, maker)
            change.put_image(image)
            written.append(image)
    return tuple(written), change.revision


def _beside(now: Installed, image: Installed, maker: RowMaker) -> Installed:
    """Return *image* joined with what another process installed under its name meanwhile.

    Raises Conflict if that is something else.
    """
    if same_pin(now.content.root, image.content.root):
        return maker.joined(image, now)
    raise Conflict(
        f"{image.name} {image.version} was installed by another process with other content",
        hint="look at `ferry show`, then repeat with --force if you mean it",
    )


def _kept(plan: Plan, before: dict[ImageKey, Installed]) -> tuple[Installed, ...]:
    return tuple(
        before[ImageKey.of(step.package)] for step in plan.steps if step.action is Action.KEEP
    )
