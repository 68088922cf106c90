"""A near side with three images, a drawer for one volume, and far sides."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from pathlib import Path

from feed_format import Volumes, read_feed
from provider_core import Host, Settings
from provider_core.model import Saved
from provider_core.operations.wishes import Wishes
from provider_core.testing import RecordingProgress
from provider_feed import FeedProvider

from ....feeds.feed_format.feeds import FeedMaker
from ....support.images import SmallImage, make_image
from ....support.published import fingerprint, publish_image

__all__ = [
    "IMAGES",
    "NAMES",
    "SIZE",
    "Carrier",
    "closing",
    "damage",
    "files_in",
    "images_of",
    "listed",
]

NAMES = ("alpha", "beta", "gamma")
SIZE = 1_000_000
"""Bytes of a volume."""


def images_of(size: int) -> dict[str, SmallImage]:
    """Return three images with a layer that all have, one of some *size* in bytes, a small one."""
    return {name: _image(random.Random(name), size) for name in NAMES}


def _image(chance: random.Random, size: int) -> SmallImage:
    large, small = chance.randbytes(size // 2).hex(), chance.randbytes(size // 20).hex()
    return make_image("shared " * 9_000, large, small, wrapping="")


IMAGES = images_of(900_000)


class Carrier:
    """Everything that takes part, in one folder."""

    def __init__(self, folder: Path, images: Mapping[str, SmallImage] = IMAGES) -> None:
        self.folder = folder
        self.feed = FeedMaker(path=folder / "feed").create()
        for name, image in images.items():
            publish_image(self.feed, name, "1.0", image)
        self.progress = RecordingProgress()
        self.hosts: list[Host] = []
        self.near = self.host("near")
        known = {"fingerprint": fingerprint(self.feed)}
        self.near.add_source("lab", str(self.feed.path), options=known)
        self.drawer = folder / "drawer"

    def copied(self, folder: Path) -> Carrier:
        """Return a carrier in *folder* that has copies of the volumes, and the same near side."""
        other = copy(self)
        other.folder, other.drawer, other.hosts = folder, folder / "drawer", []
        shutil.copytree(self.saved, other.saved)
        return other

    def host(self, name: str) -> Host:
        """Open a home."""
        host = Host(
            self.folder / name,
            providers=[FeedProvider],
            settings=Settings(plugins=False),
            clock=self.feed.clock,
            progress=self.progress,
        )
        self.hosts.append(host)
        return host

    def save(self, *names: str, to: Path | None = None, **options: str) -> Saved:
        """Save *names*, all of them if there are none; options with _ for -."""
        given = {name.replace("_", "-"): text for name, text in options.items()}
        wishes = Wishes(options={"volume-size": f"{SIZE}", **given})
        return self.near.save(*names or NAMES, to=str(to or self.saved), wishes=wishes).saved

    @property
    def saved(self) -> Path:
        """The folder that is saved to."""
        return self.folder / "saved"

    @property
    def volumes(self) -> list[Path]:
        """The volumes that are there, in order."""
        return sorted(self.saved.iterdir())

    def put(self, volume: Path) -> None:
        """Put *volume* into the drawer, in the place of what is in it."""
        shutil.rmtree(self.drawer, ignore_errors=True)
        shutil.copytree(volume, self.drawer)

    def far(self, name: str, place: Path, root: Path | None = None) -> Host:
        """Return a far side that has *place* as its source; it pins the courier's root."""
        host = self.host(name)
        host.add_source("usb", str(place), options={"root": str(root or self.root)})
        return host

    @property
    def root(self) -> Path:
        """The courier's root, as it came over by another way."""
        kept = self.folder / "root.json"
        if not kept.exists():
            shutil.copy(self.volumes[0] / "trust" / "root.json", kept)
        return kept


@contextmanager
def closing(carrier: Carrier) -> Iterator[Carrier]:
    """Yield *carrier*, whose homes are closed afterwards."""
    try:
        yield carrier
    finally:
        for host in carrier.hosts:
            host.close()


def files_in(folder: Path) -> list[Path]:
    """Return every file below *folder*."""
    return [path for path in folder.rglob("*") if path.is_file()]


def listed(volume: Path) -> Volumes:
    """Return the list of volumes that *volume* carries."""
    data = read_feed(volume).file("volumes.json")
    assert data is not None
    return Volumes.parse(data)


def damage(path: Path) -> None:
    """Change one bit of a file."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(data)
