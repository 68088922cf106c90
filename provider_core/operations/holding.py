"""What a destination is handed: images with all that is known of them, or raw content as it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from ..errors import BlobNotFound
from ..installed_names import names_of
from ..model import Content, Destination, Held, ImageKey, Installed, Package, Tag
from ..oci import Descriptor
from ..parents import Family
from ..platforms import PlatformSet
from ..store import Lease
from .bringing import Brought
from .converting import content_type, converted, is_raw
from .facts import is_here, selection_of
from .failing_image import about
from .image_rows import whole_row
from .publishing import recorded
from .wishes import Wishes

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["Hold"]


class Hold:
    """Images on their way to a destination, under the lease of the save.

    What is fetched is described as if it were installed: a destination cannot tell.
    """

    def __init__(
        self, resources: Resources, kind: Destination, wishes: Wishes, lease: Lease
    ) -> None:
        self._resources = resources
        self._kind = kind
        self._wishes = wishes
        self._platforms = wishes.platforms or PlatformSet.all()
        self._lease = lease
        self._rows: dict[ImageKey, tuple[Installed, tuple[Tag, ...]]] = {}
        self._raw: dict[ImageKey, Held] = {}

    def take_installed(self, image: Installed) -> None:
        """Take an image of this home; BlobNotFound if it is not whole."""
        store = self._resources.store
        self._lease.add(blob.digest for blob in store.reach(image.content.blobs))
        selection_of(image.content, store)
        if not is_here(image.content, store):
            raise BlobNotFound(
                f"a platform of {image.name} {image.version}",
                hint="`ferry store check` names what is missing; install the image again",
            )
        self._rows[image.key] = image, self._resources.catalog.tags()

    def take_fetched(self, brought: Brought) -> None:
        """Take what was fetched, in a form that the destination takes, and keep it cached."""
        with about(brought.step.package):
            self._take_fetched(brought)

    def _take_fetched(self, brought: Brought) -> None:
        package, content = brought.step.package, brought.content
        if not self._kind.takes_as_is(content_type(content, self._resources.store)):
            content = converted(
                self._resources, package, content, self._wishes, self._platforms, self._lease
            )
        key = ImageKey.of(package)
        if is_raw(content):
            names = (f"{package.name}:{package.version or 'latest'}",)
            self._raw[key] = Held(package=package, content=content, names=names, platforms=())
        else:
            row = whole_row(self._resources, package, content, self._wishes, self._lease)
            content = row.content
            self._rows[key] = row, ()
        if isinstance(content.root, Descriptor):
            self._cache(package, content)

    def images(self, keys: Iterable[ImageKey]) -> tuple[Held, ...]:
        """Return what was taken under *keys*, in their order."""
        known = {image.key: image for image in self._resources.catalog.installed()}
        family = Family({**known, **{key: row for key, (row, _) in self._rows.items()}}.values())
        return tuple(self._raw.get(key) or self._held(*self._rows[key], family) for key in keys)

    def _held(self, row: Installed, tags: tuple[Tag, ...], family: Family) -> Held:
        package = replace(
            row.package,
            publisher=row.publisher,
            is_os_image=row.is_os_image,
            parent=family.parent(row),
        )
        return Held(
            package=package,
            content=row.content,
            names=names_of(row, tags),
            platforms=tuple(one for one in row.platforms if self._platforms.wants(one)),
        )

    def _cache(self, package: Package, content: Content) -> None:
        with recorded(self._resources, "save") as change:
            change.put_cached(package, content)
