"""From what was brought to the rows of the catalog: converted, whole, and under the lease."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import BlobNotFound, Error, Exists, NotSupported, ProviderFault
from ..model import (
    Content,
    Feature,
    FileStamp,
    ImageKey,
    Installed,
    Package,
    Step,
    same_pin,
)
from ..platforms import PlatformSet
from ..store import Lease
from .bringing import Brought
from .converting import converted
from .facts import installed_from
from .failing_image import about
from .wanted_platforms import require_platforms
from .wishes import Wishes

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["RowMaker", "whole_row"]

Failures = list[tuple[Step, Error]]
Rows = tuple[list[Installed], Failures]


class RowMaker:
    """Makes rows in the plan's order, dependencies first."""

    def __init__(
        self,
        resources: Resources,
        wishes: Wishes,
        platforms: PlatformSet,
        lease: Lease,
        before: Mapping[ImageKey, Installed],
    ) -> None:
        self._resources = resources
        self._wishes = wishes
        self._platforms = platforms
        self._lease = lease
        self._before = before

    def rows(self, brought: Sequence[Brought], broken: Failures) -> Rows:
        """Return the rows of what is whole, and what failed; only keep_going has failures.

        What needs a package that failed fails with it.
        """
        failures = list(broken)
        images = []
        for one in brought:
            lost = {ImageKey.of(step.package): error for step, error in failures}
            needed = [lost[key] for key in one.step.needs if key in lost]
            try:
                if needed:
                    raise needed[0]
                with about(one.step.package):
                    images.append(self._row(one))
            except Error as error:
                if not self._wishes.keep_going:
                    raise
                failures.append((one.step, error))
        return images, failures

    def _row(self, brought: Brought) -> Installed:
        package = brought.step.package
        content = converted(
            self._resources, package, brought.content, self._wishes, self._platforms, self._lease
        )
        old = self._before.get(ImageKey.of(package))
        if old is not None:
            self._check_same(brought.step, content, old)
            content = _merged(content, old.content)
        return self._whole(package, content)

    def joined(self, image: Installed, other: Installed) -> Installed:
        """Return *image* with the platforms of *other*, the same root's row by another process."""
        return self._whole(image.package, _merged(image.content, other.content))

    def _whole(self, package: Package, content: Content) -> Installed:
        return whole_row(self._resources, package, content, self._wishes, self._lease)

    def _check_same(self, step: Step, content: Content, old: Installed) -> None:
        """Raise Exists if a file that could not be judged by its stamp holds something else."""
        if step.moves or same_pin(content.root, old.content.root):
            return
        pin = step.package.pin
        if isinstance(pin, FileStamp) and not same_pin(pin, old.package.pin):
            raise Exists(
                f"{old.name} {old.version} with other content",
                hint="--force replaces it by what the file has now",
            )


def whole_row(
    resources: Resources, package: Package, content: Content, wishes: Wishes, lease: Lease
) -> Installed:
    """Return the row for *content*, once everything below it is under *lease* and here.

    Raises ProviderFault if its provider did not bring what it says, NotSupported if a platform
    is missing that the user named.
    """
    provider = package.id.provider
    lease.add(blob.digest for blob in resources.store.reach(content.blobs))
    try:
        row = installed_from(
            package,
            content,
            resources.store,
            now=resources.now(),
            uninstalls=Feature.UNINSTALL in resources.plugins.get(provider).info.features,
        )
    except (BlobNotFound, NotSupported) as error:
        raise ProviderFault(provider, "install", error.message) from error
    require_platforms(row.platforms, wishes)
    return row


def _merged(new: Content, old: Content) -> Content:
    """Return *new* with what *old* has of the same root: its other platforms are still here."""
    if not same_pin(new.root, old.root):
        return new
    return replace(
        new,
        platforms=tuple(dict.fromkeys((*old.platforms, *new.platforms))),
        referrers=tuple(dict.fromkeys((*old.referrers, *new.referrers))),
        evidence=tuple(dict.fromkeys((*old.evidence, *new.evidence))),
        original=new.original or old.original,
        facts={**old.facts, **new.facts},
    )
