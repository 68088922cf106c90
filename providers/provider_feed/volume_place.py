"""The content of a bundle on several volumes, as far as they are here.

What is not here is no fault of a volume: VolumeMissing says on which one it is, after everything
that is here was read.  Pieces are verified before they are written, so that a damaged volume
does not spoil what came from another.
"""

from __future__ import annotations

from collections.abc import Iterable

from feed_format import VOLUMES_TARGET, Piece, Volumes, folder_fetch, read_feed
from feed_format.paths import piece_path
from feed_format.volume_numbers import read_volume_number
from provider_core.digests import Digest
from provider_core.errors import (
    BlobNotFound,
    DigestMismatch,
    Error,
    IntegrityError,
    NoSuchFile,
    VolumeMissing,
    worst,
)
from provider_core.oci import Descriptor
from provider_core.store import Partial, Writer

from .places import FolderPlace, Place
from .trusting import OpenedFeed

__all__ = ["VolumePlace", "content_place", "one_fault"]


class VolumePlace:
    """The volumes at *place* that are here, of the *bundle* whose list is *volumes*.

    What is read is the content of *image*, as errors call it.
    """

    blobs_at_once = 1
    """Discs are read from one end to the other."""

    def __init__(self, place: FolderPlace, volumes: Volumes, bundle: str, image: str) -> None:
        self._place = place
        self._volumes = volumes
        self._bundle = bundle
        self._image = image
        self._fetches = {folder: folder_fetch(folder) for folder in place.folders}
        self._here = {read_volume_number(fetch) for fetch in self._fetches.values()}
        self.read = place.read
        self.has = place.has

    def pour(self, descriptor: Descriptor, writer: Writer) -> None:
        """Bring a blob into the store, or what of it is here.

        Raises VolumeMissing if there is more of it on others; as `Place.pour` besides.
        """
        pieces = self._volumes.cut.get(descriptor.digest)
        if pieces is None:
            number = self._volumes.whole.get(descriptor.digest)
            if number is not None and not self._place.has(descriptor):
                raise self._absent(number, descriptor.digest)
            self._place.pour(descriptor, writer)
            return
        partial = writer.expect(descriptor)
        if partial is None:
            return
        with partial:
            faults = [
                fault
                for number, piece in pieces
                if (fault := self._fill(number, piece, partial)) is not None
            ]
            if faults:
                raise one_fault(faults)
            partial.commit()

    def _fill(self, number: int, piece: Piece, partial: Partial) -> Error | None:
        """Write *piece* unless it was written before; return what is in the way."""
        end = piece.offset + piece.length
        if not any(low < end and piece.offset < high for low, high in partial.gaps()):
            return None
        try:
            partial.write(piece.offset, self._read(number, piece))
        except (BlobNotFound, IntegrityError, VolumeMissing) as error:
            return error
        return None

    def _read(self, number: int, piece: Piece) -> bytes:
        path = piece_path(piece.digest)
        for folder, fetch in self._fetches.items():
            try:
                data = fetch(path, piece.length)
            except NoSuchFile:
                continue
            if Digest.of(data) != piece.digest:
                raise DigestMismatch(piece.digest, Digest.of(data), what=str(folder / path))
            return data
        raise self._absent(number, piece.digest)

    def _absent(self, number: int, digest: Digest) -> Error:
        """Return the error for content that is on volume *number* and not here."""
        if number in self._here:
            hint = "its copy is not whole; copy or burn this volume again"
            return BlobNotFound(digest, f"volume {number} of the bundle {self._bundle}", hint=hint)
        count = len(self._volumes.volumes)
        return VolumeMissing(self._bundle, [number], of=count, images=[self._image])


def content_place(opened: OpenedFeed, image: str) -> Place | VolumePlace:
    """Return the way to the content of *image* in the feed that was *opened*.

    A far side that trusts the publisher alone reads the courier's list all the same: it says
    where bytes are, and what they must be says the publisher.

    Raises IntegrityError, NotFoundError, StoreError.
    """
    place = opened.place
    if not isinstance(place, FolderPlace):
        return place
    if opened.is_evidence:
        listed = read_feed(place.folders[0]).file(VOLUMES_TARGET)
    else:
        listed = opened.reader.file(VOLUMES_TARGET)
    if listed is None:
        return place
    bundle = opened.series.id if opened.series else place.folders[0].name
    return VolumePlace(place, Volumes.parse(listed), bundle, image)


def one_fault(faults: Iterable[Error]) -> Error:
    """Return the error that stands for *faults*.

    What is damaged counts before what is missing; of missing volumes all are named.
    """
    found = list(faults)
    missing = [fault for fault in found if isinstance(fault, VolumeMissing)]
    if len(missing) < len(found):
        return worst([fault for fault in found if not isinstance(fault, VolumeMissing)])
    return VolumeMissing.joined(missing)
