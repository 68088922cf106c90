"""uninstall: take names out of the catalog, then free what nothing else needs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..digests import Digest
from ..errors import Ambiguous, IntegrityError, NotInstalled, UnknownProvider
from ..installed_names import names_of
from ..model import ImageKey, Installed, Tag
from ..oci import Descriptor
from ..parents import Family
from .calls import open_call
from .maintenance import roots_of
from .obstacles import Users, obstacles, refuse, users_of
from .publishing import publish_index, recorded
from .requests import name_reference
from .results import Removal
from .selecting import (
    described,
    installed_with_id,
    named_installed,
    one_installed,
)

if TYPE_CHECKING:
    from ..catalog import CatalogChange
    from .resources import Resources

__all__ = ["remove", "uninstall"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reach:
    """The blobs below one image, before it goes."""

    image: Installed
    blobs: tuple[Descriptor, ...]


def uninstall(
    resources: Resources,
    requests: Sequence[str],
    *,
    force: bool,
    dry_run: bool,
    ignore_engines: Collection[str] = (),
) -> tuple[Removal, ...]:
    """Remove images, in one revision; dependents, holds and containers permitting.

    With *force* the names go all the same: dependents keep their layers, which are theirs too.
    With *dry_run* nothing changes, and what would be freed is returned.
    """
    images = _meant(resources, requests, force)
    users = {} if force else users_of(resources, images, ignore_engines)
    return remove(resources, images, users, force=force, dry_run=dry_run)


def remove(
    resources: Resources,
    images: Sequence[Installed],
    users: Users,
    *,
    force: bool = False,
    dry_run: bool = False,
) -> tuple[Removal, ...]:
    """Remove *images*, each once, as `uninstall` does; *users* are what engines said.

    The check is made again inside the transaction: a dependent that somebody installs meanwhile
    is not broken.
    """
    tags = resources.catalog.tags()
    if not force:
        family = Family(resources.catalog.installed(), tags)
        refuse(images, obstacles(images, family, resources.catalog.holds(), users))
    reaches = [_reach(resources, image) for image in images]
    if dry_run:
        return _free(resources, reaches, tags, dry_run=True)
    _ask_policies(resources, images)
    _release(resources, _keepers(resources, images, force))
    with recorded(resources, "uninstall", publish=False) as change:
        if not force:
            family = Family(change.installed(), change.tags())
            refuse(images, obstacles(images, family, change.holds(), {}))
        _remove(change, images)
    try:
        return _free(resources, reaches, tags, dry_run=False)
    except IntegrityError as error:
        raise _not_freed(images, error) from error
    finally:
        # Only now: on a full disk there is room for index.json when the blobs are gone.
        with resources.home.lock(resources.settings.lock_timeout):
            publish_index(resources)


def _meant(resources: Resources, requests: Sequence[str], force: bool) -> tuple[Installed, ...]:
    """Return the images to remove, each once; a pattern takes every image that fits."""
    found: dict[ImageKey, Installed] = {}
    for request in requests:
        name = name_reference(request)
        images = named_installed(resources, name)
        if name.has_wildcard:
            if not images:
                raise NotInstalled(request)
        else:
            images = _of_one_content(resources, request, images, force)
        found.update({image.key: image for image in images})
    return tuple(found.values())


def _of_one_content(
    resources: Resources, request: str, named: tuple[Installed, ...], force: bool
) -> tuple[Installed, ...]:
    """Return the image that *request* means, by its name (*named*) or the beginning of its id.

    If one content is installed under several of the names meant, all of them, by force only.
    Raises NotInstalled, Ambiguous.
    """
    first = one_installed(resources, request)
    images = named or installed_with_id(resources, request)
    if len(images) > 1 and not force:
        raise Ambiguous(
            f"the image {first.image_id.short} has several names, so that {request!r}",
            described(images),
            hint="name the one to remove, or --force to remove all of them",
        )
    return images


def _ask_policies(resources: Resources, images: Iterable[Installed]) -> None:
    """Let the policies agree to each image, before any provider lets go of anything."""
    for image in images:
        identity = image.package.id
        call = open_call(resources, identity.provider, source_name=identity.source)
        resources.dispatcher.may_go(image, call.context, call.signs)


def _keepers(
    resources: Resources, images: Iterable[Installed], force: bool
) -> tuple[Installed, ...]:
    """Return those that providers keep something of outside the store.

    Raises UnknownProvider if one is gone; with *force* what it keeps is left alone.
    """
    found = []
    for image in images:
        if not image.uninstalls:
            continue
        try:
            resources.plugins.get(image.package.id.provider)
        except UnknownProvider:
            if not force:
                raise
        else:
            found.append(image)
    return tuple(found)


def _release(resources: Resources, images: Iterable[Installed]) -> None:
    for image in images:
        identity = image.package.id
        source = resources.catalog.source(identity.source) if identity.source else None
        call = open_call(resources, identity.provider, source, source_name=identity.source)
        resources.dispatcher.release(image, call.context, call.signs)


def _remove(change: CatalogChange, images: Iterable[Installed]) -> None:
    for image in images:
        if change.image(image.key) is None:
            raise NotInstalled(str(image.key), hint="another process removed it meanwhile")
        change.remove_image(image.key)


def _reach(resources: Resources, image: Installed) -> _Reach:
    """Return what goes with *image*; of a damaged one what is known, the rest is left to gc."""
    try:
        blobs = resources.store.reach(image.content.blobs)
    except IntegrityError:
        blobs = image.content.blobs
    return _Reach(image=image, blobs=blobs)


def _not_freed(images: Sequence[Installed], error: IntegrityError) -> IntegrityError:
    """Say that the names are gone, but that damage elsewhere kept the space from being freed."""
    names = ", ".join(f"{image.name} {image.version}" for image in images)
    return IntegrityError(
        f"{names} removed, but no space was freed: {error.message}",
        hint=error.hint,
        removed=[str(image.key) for image in images],
    )


def _free(
    resources: Resources, reaches: Sequence[_Reach], tags: Sequence[Tag], *, dry_run: bool
) -> tuple[Removal, ...]:
    """Collect what only the removed images needed, at once, and say whose it was."""
    # Rows that are gone may be back already, put there by another process.
    going = {reach.image.key for reach in reaches} if dry_run else set()
    only = {blob.digest for reach in reaches for blob in reach.blobs}
    collected = resources.store.collect(
        lambda: roots_of(resources, without=going), grace=0, only=only, dry_run=dry_run
    )
    gone = set(collected.digests)
    removals = []
    for reach in reaches:
        deleted = _in_order(reach, gone)
        gone -= set(deleted)
        sizes = {blob.digest: blob.size for blob in reach.blobs}
        removals.append(
            Removal(
                image=reach.image,
                untagged=names_of(reach.image, tags),
                deleted=deleted,
                freed=sum(sizes[digest] for digest in deleted),
            )
        )
    return tuple(removals)


def _in_order(reach: _Reach, gone: set[Digest]) -> tuple[Digest, ...]:
    return tuple(dict.fromkeys(blob.digest for blob in reach.blobs if blob.digest in gone))
