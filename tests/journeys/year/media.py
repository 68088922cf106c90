"""What the courier carries: bundles as they left, and what became of one on its way."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from feed_format import VOLUMES_TARGET, Volumes, read_feed
from provider_core.digests import Digest
from provider_core.testing import SmallImage

from .publishers import Key

__all__ = ["Bundle", "Journey", "lay_out", "volumes_list", "volumes_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A bundle as it left the near side, and what must be true of it."""

    folder: Path
    """Where the near side saved it; a later save may extend it there."""
    path: Path
    """A copy that nothing changes any more."""
    report: Path
    """The report of the save."""
    series: str
    version: int
    ends: datetime
    images: Mapping[Key, SmallImage]
    """What it offers."""
    sent: tuple[SmallImage, ...]
    """What was asked for when it was saved last."""
    carried: frozenset[Digest]
    """What it has of their blobs."""
    base: frozenset[Digest]
    """What it relies on."""
    advice: frozenset[str]
    """Digests that it advises against."""

    @property
    def told(self) -> frozenset[Digest]:
        """What its receivers are taken to have, if it is named with --missing-from."""
        return self.carried | self.base

    @property
    def volumes(self) -> int:
        """How many volumes it has; 0 if it is one folder."""
        return len(list(self.path.glob("volume-*")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """What happens to one copy of a bundle."""

    bit: int = -1
    """Counts through the bits of all files to the one that changes; -1: none does."""
    in_blobs: bool = False
    """Only files of content count."""
    cut: bool = False
    """The file that is hit is cut off there, in the place of a changed bit."""
    lost: frozenset[int] = frozenset()
    """Numbers of volumes that do not come."""


def lay_out(bundle: Bundle, journey: Journey, place: Path) -> Path | None:
    """Put a copy of *bundle* in *place*, and return which file was hit, relative to it."""
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(bundle.path, place)
    _lose(journey.lost, place)
    if journey.bit < 0:
        return None
    files = sorted(path for path in place.rglob("*") if path.is_file() and path.stat().st_size)
    if journey.in_blobs:
        files = [path for path in files if path.parent.name == "sha256"]
    path = files[journey.bit % len(files)]
    data = bytearray(path.read_bytes())
    at = journey.bit // len(files) % len(data)
    data[at] ^= 1 << journey.bit % 8
    path.chmod(0o644)
    path.write_bytes(data[:at] if journey.cut else data)
    return path.relative_to(place)


def _lose(numbers: Collection[int], place: Path) -> None:
    """Take volumes away, but never the last one."""
    for number in sorted(numbers):
        volume = place / f"volume-{number:02}"
        if volume.exists() and len(list(place.glob("volume-*"))) > 1:
            shutil.rmtree(volume)


def volumes_list(bundle: Bundle) -> Volumes:
    """Return what is where, of a bundle in volumes."""
    data = read_feed(bundle.path / "volume-01").file(VOLUMES_TARGET)
    assert data is not None
    return Volumes.parse(data)


def volumes_of(bundle: Bundle, wanted: Collection[Digest]) -> set[int]:
    """Return the numbers of the volumes that *wanted* is on; what all of them have is on none."""
    if not bundle.volumes:
        return set()
    listed = volumes_list(bundle)
    cut = {number for digest in wanted for number, _ in listed.cut.get(digest, ())}
    return cut | {listed.whole[digest] for digest in wanted if digest in listed.whole}
