"""Keeping a home in order: collect, check, repair, rebuild, restore."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import IntegrityError, NoSuchFile, StoreError
from ..model import Content, ImageKey
from ..oci import Descriptor
from ..store import Collected, Damage
from .claimed import claimed_manifests
from .move_store import remove_leftover
from .publishing import complete_records, publish_index, recorded

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

_CATALOG = "catalog"


def roots_of(
    resources: Resources,
    *,
    without: Container[ImageKey] = (),
    cache_grace: float | None = None,
) -> tuple[Descriptor, ...]:
    """Return what must stay: everything of images and of cached content in its grace time."""
    contents = _kept_contents(resources, without, cache_grace)
    return tuple(blob for content in contents for blob in content.blobs)


def _kept_contents(
    resources: Resources, without: Container[ImageKey] = (), cache_grace: float | None = None
) -> tuple[Content, ...]:
    grace = resources.settings.cache_grace if cache_grace is None else cache_grace
    oldest = resources.clock().timestamp() - grace
    images = [image.content for image in resources.catalog.installed() if image.key not in without]
    cached = [content for _, content, since in resources.catalog.cached() if since > oldest]
    return (*images, *cached)


def collect(resources: Resources, grace: float | None, dry_run: bool) -> Collected:
    """Remove what nothing needs and is older than *grace* seconds, the settings' by default.

    An explicit grace of 0 takes cached content too.  What an interrupted move of the store has
    left goes first.
    """
    if resources.home.store_moved and not dry_run:
        with resources.home.lock(resources.settings.lock_timeout):
            remove_leftover(resources)
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
    """Read and hash every blob, and see whether anything the catalog names is missing.

    A catalog that is damaged is one thing that is wrong (kind 'catalog'); what it names is not
    known then, and all else is checked.
    """
    try:
        contents = _kept_contents(resources)
    except (StoreError, IntegrityError) as error:
        if isinstance(error, StoreError) and not error.fields.get("damaged"):
            raise
        damage = Damage(
            kind=_CATALOG, digest=None, detail=f"the catalog cannot be read: {error.message}"
        )
        return (damage, *resources.store.check())
    roots = [blob for content in contents for blob in content.blobs]
    claimed = [one for content in contents for one in claimed_manifests(content, resources.store)]
    return tuple(resources.store.check((*roots, *claimed)))


def repair_store(resources: Resources) -> tuple[Damage, ...]:
    """Move what is damaged into quarantine, and write index.json and missing records anew.

    Returns what was moved; the damage of a catalog too (kind 'catalog'), which is for
    `rebuild_catalog` or `restore_catalog` to mend, as what follows from it is then.
    """
    damages = check_store(resources)
    moved = resources.store.repair(damages)
    unmended = tuple(damage for damage in damages if damage.kind == _CATALOG)
    if not unmended:
        with resources.home.lock(resources.settings.lock_timeout):
            complete_records(resources)
            publish_index(resources)
    return (*unmended, *moved)


def rebuild_catalog(resources: Resources) -> int:
    """Make the catalog anew from the store's records; how many images it has then.

    Of images that are local files which stay where they are, the store knows nothing: they are
    taken over from the old catalog as far as it can be read, and lost otherwise.
    """
    with resources.home.lock(resources.settings.lock_timeout):
        # Not only for what is durable: a store that others can write to is refused here, before
        # its records are believed.
        resources.store.flush()
        documents = (record.document for record in resources.store.records())
        count = resources.catalog.rebuild(documents, **resources.signature())
        publish_index(resources)
    return count


def restore_catalog(resources: Resources, backup: Path) -> Path | None:
    """Put *backup* in the place of the catalog; what it names may need repair afterwards.

    Returns where the old catalog is kept, None if there was none.
    """
    if not backup.is_file():
        raise NoSuchFile(backup)
    with resources.home.lock(resources.settings.lock_timeout):
        kept = resources.catalog.restore(backup, **resources.signature())
        publish_index(resources)
    return kept
