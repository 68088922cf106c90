"""Keeping a home in order: collect, check, repair, rebuild, restore."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import NoSuchFile
from ..model import ImageKey
from ..oci import Descriptor
from ..store import Collected, Damage
from .publishing import publish_index, recorded

if TYPE_CHECKING:
    from .resources import Resources

__all__ = [
    "check_store",
    "collect",
    "rebuild_catalog",
    "repair_store",
    "restore_catalog",
    "roots_of",
]


def roots_of(
    resources: Resources,
    *,
    without: Container[ImageKey] = (),
    cache_grace: float | None = None,
) -> tuple[Descriptor, ...]:
    """Return what must stay: everything of images and of cached content in its grace time."""
    grace = resources.settings.cache_grace if cache_grace is None else cache_grace
    oldest = resources.clock().timestamp() - grace
    images = [image.content for image in resources.catalog.installed() if image.key not in without]
    cached = [content for _, content, since in resources.catalog.cached() if since > oldest]
    return tuple(blob for content in (*images, *cached) for blob in content.blobs)


def collect(resources: Resources, grace: float | None, dry_run: bool) -> Collected:
    """Remove what nothing needs and is older than *grace* seconds, the settings' by default.

    An explicit grace of 0 takes cached content too.
    """
    cache_grace = 0.0 if grace == 0 else resources.settings.cache_grace
    collected = resources.store.collect(
        lambda: roots_of(resources, cache_grace=cache_grace),
        grace=resources.settings.gc_grace if grace is None else grace,
        dry_run=dry_run,
    )
    if not dry_run:
        _forget_cached(resources, cache_grace)
    return collected


def _forget_cached(resources: Resources, cache_grace: float) -> None:
    oldest = resources.clock().timestamp() - cache_grace
    late = [
        content.root.digest
        for _, content, since in resources.catalog.cached()
        if since <= oldest and isinstance(content.root, Descriptor)
    ]
    if late:
        with recorded(resources, "collect") as change:
            for digest in late:
                change.drop_cached(digest)


def check_store(resources: Resources) -> tuple[Damage, ...]:
    """Read and hash every blob, and see whether anything the catalog names is missing."""
    return tuple(resources.store.check(roots_of(resources)))


def repair_store(resources: Resources) -> tuple[Damage, ...]:
    """Move what is damaged into quarantine, and write index.json anew."""
    moved = resources.store.repair(check_store(resources))
    with resources.home.lock(resources.settings.lock_timeout):
        publish_index(resources)
    return moved


def rebuild_catalog(resources: Resources) -> int:
    """Make the catalog anew from the store's records; how many images it has then."""
    with resources.home.lock(resources.settings.lock_timeout):
        resources.catalog.rebuild(record.document for record in resources.store.records())
        publish_index(resources)
    return len(resources.catalog.installed())


def restore_catalog(resources: Resources, backup: Path) -> None:
    """Put *backup* in the place of the catalog; what it names may need repair afterwards."""
    if not backup.is_file():
        raise NoSuchFile(backup)
    with resources.home.lock(resources.settings.lock_timeout):
        resources.catalog.restore(backup)
        publish_index(resources)
