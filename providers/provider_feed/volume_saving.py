"""A bundle on several volumes: measured first, then written straight from the store."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import groupby
from typing import Final

from feed_format import (
    PIECE_LIMIT,
    Part,
    Piece,
    Room,
    Series,
    Volume,
    VolumeImage,
    Volumes,
    VolumeWriter,
    next_version,
    pack,
    unfinished_volumes,
)
from feed_format.paths import volume_folder
from feed_format.volume_packing import BLOCK, count_volumes
from feed_format.volume_writing import Open
from feed_format.volumes import MOST_VOLUMES
from provider_core.context import Context
from provider_core.digests import Digest
from provider_core.disk.media import Medium
from provider_core.errors import StoreError, UsageError
from provider_core.model import Saved
from provider_core.oci import Descriptor

from .bundle_load import Load
from .bundling import BundlePlan, tell_bundle
from .evidence_joining import tell_left
from .media_limits import MediaLimits
from .option_names import VOLUME_SIZE
from .series_memory import SeriesMemory
from .volume_metadata import VolumeMetadata, is_everywhere, volume_metadata

__all__ = ["save_volumes"]

_SCRATCH: Final = "volumes"
_UNKNOWN: Final = Digest(algorithm="sha256", hex="0" * 64)


def save_volumes(
    load: Load, plan: BundlePlan, limits: MediaLimits, medium: Medium, context: Context
) -> Saved:
    """Spread *load* over volumes in the folder of *plan*, which is new or has unfinished ones.

    Raises Exists, UsageError for volumes that are too small, Locked, NoSpace, StoreError,
    IntegrityError.
    """
    scratch = context.state.folder / _SCRATCH
    with context.state.lock():
        memory = SeriesMemory(context.state.folder)
        series = _series(plan, memory.version)
        with volume_metadata(load, plan, series, scratch) as metadata:
            room, parts = _fitted(metadata, load, limits)
            writer = VolumeWriter(plan.path, parts)
            needed = writer.missing() + room.taken * count_volumes(parts)
            medium.require_space(plan.path, needed)
            with unfinished_volumes(plan.path):
                volumes = _listed(writer.pour(_openers(load)), load)
                tell_left(metadata.make(volumes.as_bytes()), context)
                _check_measure(metadata, room)
                memory.remember(series)
                writer.finish(metadata.folder)
    tell_bundle(series, plan, context)
    _tell_volumes(volumes, context)
    everywhere = sum(blob.size for blob in load.blobs.values() if is_everywhere(blob))
    return load.saved(str(plan.path), written=writer.written, new=writer.poured + everywhere)


def _series(plan: BundlePlan, last: int) -> Series:
    return Series(
        id=plan.series or plan.path.name.replace(" ", "-"),
        version=next_version(last, plan.clock()),
        valid_for=plan.valid_for,
    )


def _fitted(
    metadata: VolumeMetadata, load: Load, limits: MediaLimits
) -> tuple[Room, tuple[Part, ...]]:
    """Return the room of a volume, and where all content goes; nothing is written for it.

    The list of volumes is on each of them, so that what it needs is not known before what it
    says.  It is made larger until it fits: it only grows.
    """
    content = [(blob.digest, blob.size) for blob in _content(load)]
    reserved = 0
    while True:
        metadata.make(b" " * reserved)
        room = _room(metadata, limits)
        parts = pack(content, room)
        _check_count(count_volumes(parts))
        needed = len(_listed(_promised(parts), load).as_bytes())
        if needed <= reserved:
            return room, parts
        reserved = needed


def _room(metadata: VolumeMetadata, limits: MediaLimits) -> Room:
    """Return the room beside the metadata.  Raises UsageError if there is next to none."""
    piece = min(PIECE_LIMIT, limits.largest_file or PIECE_LIMIT)
    room = Room(
        size=limits.volume_size,
        taken=metadata.taken,
        lines=metadata.lines,
        largest_file=limits.largest_file,
        piece=piece // BLOCK * BLOCK,
    )
    if room.size is not None and room.size < room.least:
        raise UsageError(
            f"volumes of {room.size} bytes are too small: what each of them carries takes"
            f" {room.least} bytes, before any content",
            hint=f"give more to --{VOLUME_SIZE}, or save fewer images at a time",
            size=room.size,
            least=room.least,
        )
    return room


def _check_count(count: int) -> None:
    if count > MOST_VOLUMES:
        raise UsageError(
            f"this would take {count} volumes, and {MOST_VOLUMES} are the most",
            hint=f"give more to --{VOLUME_SIZE}, or save fewer images at a time",
            count=count,
        )


def _check_measure(metadata: VolumeMetadata, room: Room) -> None:
    if metadata.taken > room.taken or metadata.lines > room.lines:
        raise StoreError(
            f"the signed lists take {metadata.taken} bytes, {room.taken} were measured",
            hint="run the same command again; what was written is continued",
        )


def _content(load: Load) -> list[Descriptor]:
    """Return what is on one volume only."""
    return [blob for blob in load.blobs.values() if not is_everywhere(blob)]


def _openers(load: Load) -> dict[Digest, Open]:
    return {
        blob.digest: partial(one.reader.open, blob) for one in load.carried for blob in one.blobs
    }


def _promised(parts: Sequence[Part]) -> tuple[Volume, ...]:
    """Return what volumes.json will say of *parts*, except for the digests of pieces."""
    volumes = {number: Volume() for number in range(1, count_volumes(parts) + 1)}
    for number, group in groupby(parts, key=lambda part: part.volume):
        found = list(group)
        volumes[number] = Volume(
            blobs={part.blob: part.length for part in found if part.is_whole},
            pieces=tuple(_promised_piece(part) for part in found if not part.is_whole),
        )
    return tuple(volumes.values())


def _promised_piece(part: Part) -> Piece:
    return Piece(blob=part.blob, offset=part.offset, length=part.length, digest=_UNKNOWN)


def _listed(volumes: tuple[Volume, ...], load: Load) -> Volumes:
    """Return volumes.json for *volumes*."""
    found = Volumes(volumes=volumes)
    images = tuple(
        VolumeImage(
            name=one.package.name,
            version=one.package.version,
            root=one.blobs[0].digest,
            volumes=found.needed(blob.digest for blob in one.blobs),
        )
        for one in load.carried
    )
    return Volumes(volumes=volumes, images=images)


def _tell_volumes(volumes: Volumes, context: Context) -> None:
    count = len(volumes.volumes)
    for image in volumes.images:
        names = [volume_folder(number, count) for number in image.volumes]
        where = ", ".join(names) or "any volume"
        context.progress.notice(f"{image.name} {image.version} is on {where}")
