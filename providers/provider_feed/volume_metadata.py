"""What every volume of a bundle carries: a feed without its large blobs, made aside.

It is made to be measured before anything is written, and again to be copied to all volumes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from feed_format import SERIES_TARGET, VOLUMES_TARGET, Series
from feed_format.checksums import files_of, line_size
from feed_format.feed_folder import FeedFolder
from feed_format.paths import VOLUME_FILE
from feed_format.volume_packing import BLOCK, occupied
from provider_core.disk.failures import disk_errors
from provider_core.disk.folders import remove_folder
from provider_core.oci import Descriptor
from provider_core.oci.media_types import is_config
from provider_core.store.graph import is_document

from .bundle_load import Load
from .bundling import BundlePlan, opened_bundle
from .deltas import write_base
from .evidence_joining import add_evidence
from .withdrawing import advise

__all__ = ["VolumeMetadata", "is_everywhere", "volume_metadata"]

_FOLDERS: Final = 6
"""Folders of a volume that its metadata does not have, the volume's own among them."""


def is_everywhere(blob: Descriptor) -> bool:
    """Whether every volume carries *blob*: what tells which other blobs an image needs."""
    return is_document(blob) or is_config(blob.media_type)


@contextmanager
def volume_metadata(
    load: Load, plan: BundlePlan, series: Series, scratch: Path
) -> Iterator[VolumeMetadata]:
    """Yield the metadata of the bundle of *load*; the folder *scratch* is its own meanwhile."""
    metadata = VolumeMetadata(load, plan, series, scratch)
    try:
        yield metadata
    finally:
        metadata.discard()


class VolumeMetadata:
    """Made by `volume_metadata`."""

    def __init__(self, load: Load, plan: BundlePlan, series: Series, scratch: Path) -> None:
        self.folder = FeedFolder(scratch)
        self._load = load
        self._plan = replace(plan, path=scratch)
        self._series = series

    def make(self, listing: bytes) -> tuple[str, ...]:
        """Make it, with *listing* as volumes.json; return whose evidence does not travel.

        Raises IntegrityError, NoSpace, StoreError.
        """
        self.discard()
        load = self._load
        with opened_bundle(self._plan) as publisher:
            for one in load.carried:
                blobs = filter(is_everywhere, one.blobs)
                publisher.add(
                    [one.package], reader=one.reader, blobs=blobs, referrers=one.referrers
                )
            write_base(publisher, load.publishables, load.known)
            publisher.set_file(SERIES_TARGET, self._series.as_bytes())
            publisher.set_file(VOLUMES_TARGET, listing)
            advise(publisher, self._plan.withdrawn)
            left = add_evidence(publisher, self._plan.path, load.images, load.reader)
            publisher.publish(at_least=self._series.version)
        return left

    @property
    def taken(self) -> int:
        """The bytes that a volume needs for it, folders and volume.json included."""
        names = list(files_of(self.folder))
        folders = {parent for name in names for parent in Path(name).parents}
        with disk_errors(self.folder.root):
            sizes = [self.folder.path(name).stat().st_size for name in names]
        everything = (*sizes, BLOCK, *[BLOCK] * (len(folders) + _FOLDERS))
        return sum(map(occupied, everything))

    @property
    def lines(self) -> int:
        """The bytes of its checksums."""
        return sum(map(line_size, (*files_of(self.folder), VOLUME_FILE)))

    def discard(self) -> None:
        """Remove it.  Raises StoreError."""
        with disk_errors(self.folder.root):
            remove_folder(self.folder.root)
