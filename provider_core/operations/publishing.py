"""What other tools and a rebuild read: index.json and the records beside the blobs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..model import Installed, Tag
from ..model.codec import installed_document
from ..oci import Descriptor
from ..store import IndexEntry, Record
from .selecting import names_of

if TYPE_CHECKING:
    from .resources import Resources

__all__ = ["keep_record", "publish_index"]

MOST_ENTRIES = 10_000
"""Entries of index.json; beyond, the newest of each name."""


def publish_index(resources: Resources) -> None:
    """Write index.json anew from the catalog: each name of each image, newest first."""
    tags = resources.catalog.tags()
    images = resources.catalog.installed()
    if len(images) + len(tags) > MOST_ENTRIES:
        images = _newest(images)
    entries = [
        IndexEntry(name=name, root=_plain(image.content.root))
        for image in images
        if isinstance(image.content.root, Descriptor)
        for name in names_of(image, tags)
    ]
    resources.store.write_index(entries[:MOST_ENTRIES])


def keep_record(resources: Resources, image: Installed, tags: tuple[Tag, ...] = ()) -> None:
    """Keep what the catalog will say of *image* beside its blobs, before it says so."""
    root = image.content.root
    if isinstance(root, Descriptor):
        resources.store.write_record(
            Record(root=root.digest, document=installed_document(image, tags))
        )


def _newest(images: tuple[Installed, ...]) -> tuple[Installed, ...]:
    first: dict[str, Installed] = {}
    for image in images:  # newest first within a name
        first.setdefault(image.key.name, image)
    return tuple(first.values())


def _plain(root: Descriptor) -> Descriptor:
    """Return the descriptor without what its source said about it."""
    return replace(root, annotations={}, urls=())
