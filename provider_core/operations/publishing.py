"""Recording a change, and what other tools and a rebuild read of it: index.json, the records.

A record follows its row.  It is written in the row's transaction, under the home's lock, so that a
row which another process puts or takes meanwhile has its record or has none, and nobody else
writes or drops records.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from ..digests import Digest
from ..errors import Error
from ..installed_names import names_of
from ..model import ImageKey, Installed, Tag
from ..model.codec import installed_document
from ..oci import Descriptor
from ..store import IndexEntry, Record
from .move_store import settle_store

if TYPE_CHECKING:
    from ..catalog import CatalogChange
    from .resources import Resources

__all__ = ["complete_records", "publish_index", "recorded"]

MOST_ENTRIES = 10_000
"""Entries of index.json; beyond, the newest of each name."""


@contextmanager
def recorded(
    resources: Resources, operation: str, *, publish: bool = True
) -> Iterator[CatalogChange]:
    """Hold the home's lock and open the one transaction of an operation.

    Before it is committed, the store is flushed and each image that was written, or is called
    otherwise, gets its record, also if it is as before: a restored catalog may have had it while
    its record was gone.  When it is committed, the records of those that are gone go too.  If it
    fails, records are as before.  Then the derived index.json is written anew; with *publish*
    False the caller does so later.
    """
    with resources.home.lock(resources.settings.lock_timeout):
        settle_store(resources)
        new: list[Installed] = []
        renamed: list[Installed] = []
        try:
            with resources.transaction(operation) as opened:
                yield opened
                resources.store.flush()
                gone = _follow(resources, opened, new, renamed)
        except BaseException:
            with suppress(Error):
                _forget_records(resources, new)
                _keep_records(resources, renamed, resources.catalog.tags() if renamed else ())
            raise
        _forget_records(resources, gone)
        if publish:
            publish_index(resources)


def publish_index(resources: Resources) -> None:
    """Write index.json anew from the catalog: each name of each image, newest first."""
    tags = resources.catalog.tags()
    images = resources.catalog.installed()
    if len(images) + len(tags) > MOST_ENTRIES:
        images = _newest(images)
    by_image = _by_image(tags)
    entries = [
        IndexEntry(name=name, root=_plain(image.content.root))
        for image in images
        if isinstance(image.content.root, Descriptor)
        for name in names_of(image, by_image.get(image.key, ()))
    ]
    resources.store.write_index(entries[:MOST_ENTRIES])


def complete_records(resources: Resources) -> None:
    """Write the record of each image that has none, though its root is here.

    The caller holds the home's lock.  Raises IntegrityError if a record is damaged.
    """
    there = {(record.root, record.key) for record in resources.store.records()}
    lacking = []
    for image in resources.catalog.installed():
        root = image.content.root
        here = isinstance(root, Descriptor) and resources.store.has(root)
        if here and (_root_of(image), _record_key(image)) not in there:
            lacking.append(image)
    _keep_records(resources, lacking, resources.catalog.tags())


def _forget_records(resources: Resources, images: Iterable[Installed]) -> None:
    """Drop the records of *images*, whose rows have gone or are of other content by now.

    A local file that stays where it is has none.
    """
    for image in images:
        digest = _root_of(image)
        if digest is not None:
            resources.store.drop_record(digest, _record_key(image))


def _follow(
    resources: Resources,
    change: CatalogChange,
    new: list[Installed],
    renamed: list[Installed],
) -> tuple[Installed, ...]:
    """Keep the records of what *change* has written; return the images whose records must go.

    Those that had none before are appended to *new*, those that are the same but for their tags
    to *renamed*, before they are written.
    """
    gone = []
    changed = change.changed_images()
    for before, after in changed:
        moved = _root_of(before) != _root_of(after)
        if before is not None and moved:
            gone.append(before)
        if after is not None and moved:
            new.append(after)
    written = {after.key: after for _, after in changed if after is not None}
    same = {image.key: image for image in (*change.retagged_images(), *change.put_images())}
    renamed += [image for key, image in same.items() if key not in written]
    _keep_records(resources, (*written.values(), *renamed), change.tags())
    return tuple(gone)


def _keep_records(resources: Resources, images: Iterable[Installed], tags: Iterable[Tag]) -> None:
    """Write the record of each of *images*, with those of *tags* that are its own."""
    own = _by_image(tags)
    resources.store.write_records(
        [
            Record(
                root=digest,
                key=_record_key(image),
                document=installed_document(image, own.get(image.key, ())),
            )
            for image in images
            if (digest := _root_of(image)) is not None
        ]
    )


def _by_image(tags: Iterable[Tag]) -> dict[ImageKey, list[Tag]]:
    found: dict[ImageKey, list[Tag]] = {}
    for tag in tags:
        found.setdefault(tag.image, []).append(tag)
    return found


def _record_key(image: Installed) -> str:
    key = image.key
    return json.dumps((key.name, key.version, key.platform))


def _root_of(image: Installed | None) -> Digest | None:
    root = image.content.root if image is not None else None
    return root.digest if isinstance(root, Descriptor) else None


def _newest(images: tuple[Installed, ...]) -> tuple[Installed, ...]:
    first: dict[str, Installed] = {}
    for image in images:  # newest first within a name
        first.setdefault(image.key.name, image)
    return tuple(first.values())


def _plain(root: Descriptor) -> Descriptor:
    """Return the descriptor without what its source said about it."""
    return replace(root, annotations={}, urls=())
