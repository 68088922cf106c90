"""install: pour packages into the store, then say so in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import Conflict, VolumeMissing
from ..model import Action, ImageKey, Installed, Plan, Tag, same_pin
from ..parents import Family
from .bringing import bring
from .fates import require_not_held
from .image_rows import RowMaker
from .planning import Planner
from .promised_file import check_unchanged
from .publishing import recorded
from .requests import Request
from .results import InstallResult
from .signed import check_signed
from .tagging import drop_shadowed, put_tags, tags_for
from .wanted_platforms import wanted_platforms
from .wishes import Wishes

if TYPE_CHECKING:
    from ..catalog import CatalogChange
    from .resources import Resources

__all__ = ["carry_out", "install"]


def install(
    resources: Resources, requests: Sequence[str | Request], wishes: Wishes
) -> InstallResult:
    """Plan, bring, verify, and record; nothing is installed unless everything was.

    With ``wishes.keep_going`` the requests that failed are in the result, also if all did; only
    if every one waits for another volume of its bundle, VolumeMissing is raised.
    """
    planner = Planner(resources, wishes, wanted_platforms(resources, wishes))
    planner.add_requests(requests)
    return carry_out(resources, planner)


def carry_out(resources: Resources, planner: Planner) -> InstallResult:
    """Execute what *planner* has gathered; raises as `install` does."""
    wishes, platforms = planner.wishes, planner.platforms
    plan = planner.plan()
    tags = tags_for(tuple(planner.asked_for.values()), wishes.tags)
    _check_kept(resources, planner, plan)
    todo = replace(plan, steps=tuple(step for step in plan.steps if step.action is not Action.KEEP))
    with resources.store.lease() as lease:
        brought, broken = bring(resources, todo, wishes, platforms, lease)
        maker = RowMaker(resources, wishes, platforms, lease, planner.installed)
        images, broken = maker.rows(brought, broken)
        check_unchanged(planner.files)
        recorder = _Recorder(resources, planner, maker)
        installed, revision = recorder.record(images, tags)
    kept = _kept(plan, planner.installed)
    failed = (*planner.failed, *((str(step.package), error) for step, error in broken))
    elsewhere = [error for _, error in failed if isinstance(error, VolumeMissing)]
    if elsewhere and len(elsewhere) == len(failed) and not installed and not kept:
        raise VolumeMissing.joined(elsewhere)
    return InstallResult(
        plan=plan, installed=installed, kept=kept, failed=failed, revision=revision
    )


class _Recorder:
    """Writes what a plan brought, and checks again what it was built on."""

    def __init__(self, resources: Resources, planner: Planner, maker: RowMaker) -> None:
        self._resources = resources
        self._planner = planner
        self._maker = maker

    def record(
        self, images: Sequence[Installed], tags: Sequence[Tag]
    ) -> tuple[tuple[Installed, ...], int]:
        """Write every image and tag in one revision; return the images, the revision then.

        Raises Conflict, InUse, Exists.
        """
        if not images and not tags:
            return (), self._resources.catalog.revision()
        with recorded(self._resources, "install") as change:
            written = [self._put(change, image) for image in images]
            drop_shadowed(change, written)
            put_tags(change, [tag for tag in tags if change.image(tag.image) is not None])
            self._check_needs(change, written)
        return tuple(written), change.revision

    def _put(self, change: CatalogChange, image: Installed) -> Installed:
        """Write *image*; return it as it was written."""
        before = self._planner.installed.get(image.key)
        now = change.image(image.key)
        if now is not None and now != before:
            image = _beside(now, image, self._maker)
        if now is not None and not same_pin(now.content.root, image.content.root):
            holds = {hold.image: hold.reason for hold in change.holds()}
            require_not_held(now, holds, self._planner.wishes)
        change.put_image(image)
        return image

    def _check_needs(self, change: CatalogChange, written: Sequence[Installed]) -> None:
        """Raise Conflict if what one of *written* relies on was uninstalled meanwhile."""
        new = {image.key: image for image in written}
        leaning = [(new[key], needed) for key, needed in self._planner.leaning if key in new]
        if not leaning:
            return
        family = Family(change.installed(), change.tags())
        for image, needed in leaning:
            if not family.fulfilling(needed):
                raise Conflict(
                    f"{needed.name}, which {image.name} {image.version} needs as its"
                    f" {needed.reason}, was uninstalled by another process",
                    hint="repeat the command: it is installed again if a source has it",
                )


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


def _check_kept(resources: Resources, planner: Planner, plan: Plan) -> None:
    """Raise SignatureError if what is here already has not the signature that is asked for."""
    for step in plan.steps:
        if step.action is Action.KEEP:
            content = planner.installed[ImageKey.of(step.package)].content
            check_signed(step, content, resources.store, planner.wishes)


def _kept(plan: Plan, before: dict[ImageKey, Installed]) -> tuple[Installed, ...]:
    return tuple(
        before[ImageKey.of(step.package)] for step in plan.steps if step.action is Action.KEEP
    )
