"""What is to be on a volume, and which volumes are to be in a folder: for whoever verifies them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from feed_format import (
    VOLUMES_TARGET,
    Piece,
    PublishedFeed,
    Volumes,
    folder_fetch,
    read_feed,
)
from feed_format.volume_numbers import read_volume_number
from provider_core.digests import Digest
from provider_core.errors import IntegrityError, NotFoundError
from provider_core.model import Verdict

from .feed_folders import feed_folders, volumes_in

__all__ = ["VolumePart", "part_of", "verdict_of_all"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VolumePart:
    """What one volume has to carry, by the signed list."""

    name: str
    """What it is, for people: 'volume 2 of 3'."""
    is_known: bool
    """Whether it is known which one of them it is."""
    elsewhere: frozenset[Digest]
    """Blobs that are on others, or in pieces."""
    pieces: tuple[Piece, ...]
    """The pieces that are on it."""


def part_of(feed: PublishedFeed) -> VolumePart | None:
    """Return what the volume *feed* has to carry; None if it is no volume.

    Raises IntegrityError, NotFoundError for a damaged list, StoreError.
    """
    listed = feed.file(VOLUMES_TARGET)
    if listed is None:
        return None
    volumes = Volumes.parse(listed)
    number, count = read_volume_number(folder_fetch(feed.path)), len(volumes.volumes)
    is_known = 1 <= number <= count
    own = volumes.volumes[number - 1] if is_known else None
    blobs = frozenset(own.blobs if own else ())
    return VolumePart(
        name=f"volume {number} of {count}" if is_known else f"one of {count} volumes",
        is_known=is_known,
        elsewhere=frozenset((*volumes.whole, *volumes.cut)) - blobs,
        pieces=own.pieces if own else (),
    )


def verdict_of_all(path: Path) -> Verdict:
    """Return whether all volumes of one bundle are in the folder *path*, and nothing besides.

    What is on each of them is another question.  Raises StoreError.
    """
    folders = feed_folders(path)
    problems = [
        f"{one.name} is of another bundle, or its pointer is damaged"
        for one in volumes_in(path)
        if one not in folders
    ]
    here = {read_volume_number(folder_fetch(folder)) for folder in folders}
    count = max(map(_count, folders), default=0)
    problems += [f"volume {one} is not here" for one in range(1, count + 1) if one not in here]
    return Verdict(place=str(path), kind="volumes", problems=tuple(problems))


def _count(folder: Path) -> int:
    """Return how many volumes there are, by one of them; 0 if its list is damaged."""
    try:
        listed = read_feed(folder).file(VOLUMES_TARGET)
        return len(Volumes.parse(listed).volumes) if listed is not None else 0
    except (IntegrityError, NotFoundError):
        return 0
