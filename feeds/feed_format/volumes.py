"""volumes.json: what is on which volume of a bundle that is spread over several media.

Every volume carries the same signed metadata, this file in it, and its own part of the content:
blobs that are whole on it, and pieces of blobs that were cut.  A piece has a digest of its own,
so that a volume can be verified alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Self

from provider_core.digests import Digest
from provider_core.oci import Node, dump_json, read_document

from .blob_lists import blob_list, read_blob
from .format_version import FORMAT, FORMAT_KEY, check_format

__all__ = [
    "MOST_VOLUMES",
    "PIECE_LIMIT",
    "VOLUMES_TARGET",
    "Piece",
    "Volume",
    "VolumeImage",
    "Volumes",
]

VOLUMES_TARGET: Final = "volumes.json"
"""TUF target path of the file."""
PIECE_LIMIT: Final = 32 << 20
"""Bytes of the largest piece: a reader verifies it in memory before it uses any of it."""

MOST_VOLUMES: Final = 9_999
"""How many volumes a bundle may have."""

_LIMIT: Final = 32 << 20
_MOST: Final = 400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A part of a blob that was cut."""

    blob: Digest
    """The blob it is of."""
    offset: int
    """Where it begins in the blob, in bytes."""
    length: int
    """Its bytes, 1 to 32 MiB."""
    digest: Digest
    """SHA-256 of these bytes, which names its file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """What one volume carries besides what all of them do."""

    blobs: Mapping[Digest, int] = field(default_factory=dict, hash=False)
    """Size in bytes of each blob that is whole on it."""
    pieces: tuple[Piece, ...] = ()
    """Parts of others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumeImage:
    """Which volumes an image needs, for whoever has to find them on a shelf."""

    name: str
    version: str
    root: Digest
    """Its manifest or index, which is on every volume."""
    volumes: tuple[int, ...]
    """Their numbers in order; () if any will do."""


@dataclass(frozen=True, kw_only=True)
class Volumes:
    """Where all the content of a bundle is: each byte in exactly one place."""

    volumes: tuple[Volume, ...]
    """In the order of their numbers, which begin with 1."""
    images: tuple[VolumeImage, ...] = ()

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read the file, of at most 32 MiB.

        Raises DocumentError for what breaks the format, a blob in two places and one that is cut
        and not whole among them; NotSupported for another major version.
        """
        node = read_document(data, limit=_LIMIT, what=VOLUMES_TARGET)
        check_format(node)
        volumes = tuple(map(_volume, node.array("volumes", limit=MOST_VOLUMES)))
        images = tuple(_image(one, len(volumes)) for one in node.array("images", limit=_MOST))
        found = cls(volumes=volumes, images=images)
        wrong = next(found._faults(), None)
        if wrong:
            raise node.error(wrong, "volumes")
        return found

    def as_bytes(self) -> bytes:
        """Return the file, which `parse` reads."""
        return dump_json(
            {
                FORMAT_KEY: FORMAT,
                "volumes": [_volume_values(volume) for volume in self.volumes],
                "images": [_image_values(image) for image in self.images],
            }
        )

    @cached_property
    def whole(self) -> Mapping[Digest, int]:
        """The number of the volume that has the blob whole."""
        return {
            digest: number
            for number, volume in enumerate(self.volumes, start=1)
            for digest in volume.blobs
        }

    @cached_property
    def cut(self) -> Mapping[Digest, tuple[tuple[int, Piece], ...]]:
        """The pieces of each blob that was cut, in order, each with its volume's number."""
        found: defaultdict[Digest, list[tuple[int, Piece]]] = defaultdict(list)
        for number, volume in enumerate(self.volumes, start=1):
            for piece in volume.pieces:
                found[piece.blob].append((number, piece))
        return {
            blob: tuple(sorted(pieces, key=lambda one: one[1].offset))
            for blob, pieces in found.items()
        }

    def needed(self, blobs: Iterable[Digest]) -> tuple[int, ...]:
        """Return the numbers of the volumes that have something of *blobs*, in order."""
        numbers: set[int] = set()
        for digest in blobs:
            numbers |= {number for number, _ in self.cut.get(digest, ())}
            numbers |= {self.whole[digest]} if digest in self.whole else set()
        return tuple(sorted(numbers))

    def _faults(self) -> Iterator[str]:
        if len(self.whole) != sum(len(volume.blobs) for volume in self.volumes):
            yield "a blob is on two volumes"
        for blob, pieces in self.cut.items():
            if blob in self.whole:
                yield f"{blob} is whole and cut"
            end = 0
            for _, piece in pieces:
                if piece.offset != end:
                    yield f"the pieces of {blob} do not fit each other"
                end = piece.offset + piece.length


def _volume(node: Node) -> Volume:
    listed = [read_blob(one) for one in node.array("blobs", limit=_MOST)]
    blobs = dict(listed)
    if len(blobs) != len(listed):
        raise node.error("a blob is named twice", "blobs")
    return Volume(blobs=blobs, pieces=tuple(map(_piece, node.array("pieces", limit=_MOST))))


def _piece(node: Node) -> Piece:
    offset, length = node.required("offset", int), node.required("length", int)
    if offset < 0 or not 1 <= length <= PIECE_LIMIT:
        raise node.error(f"{length} bytes from {offset} on are no piece")
    digest = node.digest("digest")
    if digest.algorithm != "sha256":
        raise node.error("pieces are named by their SHA-256", "digest")
    return Piece(blob=node.digest("blob"), offset=offset, length=length, digest=digest)


def _image(node: Node, count: int) -> VolumeImage:
    numbers = node.integers("volumes", limit=MOST_VOLUMES)
    if not all(1 <= number <= count for number in numbers):
        raise node.error(f"there are {count} volumes", "volumes")
    return VolumeImage(
        name=node.required("name", str),
        version=node.required("version", str),
        root=node.digest("digest"),
        volumes=numbers,
    )


def _volume_values(volume: Volume) -> dict[str, object]:
    pieces = [
        {
            "blob": str(piece.blob),
            "offset": piece.offset,
            "length": piece.length,
            "digest": str(piece.digest),
        }
        for piece in volume.pieces
    ]
    return {"blobs": blob_list(volume.blobs), "pieces": pieces}


def _image_values(image: VolumeImage) -> dict[str, object]:
    return {
        "name": image.name,
        "version": image.version,
        "digest": str(image.root),
        "volumes": list(image.volumes),
    }
