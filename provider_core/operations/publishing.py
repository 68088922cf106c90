"""Recording a change, and what other tools and a rebuild read of it: index.json, the records."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from ..model import Installed, Tag
from ..model.codec import installed_document
from ..oci import Descriptor
from ..store import IndexEntry, Record
from .selecting import names_of

if TYPE_CHECKING:
    from ..catalog import CatalogChange
    from .resources import Resources

__all__ = ["keep_record", "publish_index", "recorded"]

MOST_ENTRIES = 10_000
"""Entries of index.json; beyond, the newest of each name."""


@contextmanager
def recorded(
    resources: Resources, operation: str, *, publish: bool = True
) -> Iterator[CatalogChange]:
    """Hold the home's lock and open the one transaction of an operation.

    When it has ended, the derived index.json is written anew; with *publish* False the caller
    does so later.
    """
    with resources.home.lock(resources.settings.lock_timeout):
        with resources.transaction(operation) as opened:
            yield opened
        if publish:
            publish_index(resources)


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
