"""Who publishes: a signed feed and a registry, whose tags move and whose images share layers."""

from __future__ import annotations

from pathlib import Path

from feed_format import open_publisher
from provider_core.model import Package, PackageId
from provider_core.store import put
from provider_core.testing import MemoryStore, SmallImage, small_image
from provider_feed.publishing import remove_images
from provider_feed.withdrawing import take_back

from ...contract.shelf_double import Shelf
from ...feeds.feed_format.feeds import FeedMaker
from ...support.published import fingerprint

__all__ = ["FEED_NAMES", "FLOATS", "NAMES", "VERSIONS", "Key", "Publishers", "built"]

Key = tuple[str, str]
"""Name and version of an image."""

FEED_NAMES = ("app", "db")
NAMES = (*FEED_NAMES, "tool")
"""The last one is the registry's."""
FLOATS = "stable"
"""The version that may be other content next time."""
VERSIONS = ("1.0", "2.0", FLOATS)
_BASES = tuple(small_image({"etc/base": text * 12_000}) for text in (b"one base", b"another base"))


def built(base: int, build: int) -> SmallImage:
    """Return what a build on one of two bases makes: the same for the same numbers."""
    return small_image({"srv/build": f"build {build} on {base}".encode()}, base=_BASES[base])


class Publishers:
    """A feed in a folder, and a registry in memory."""

    def __init__(self, folder: Path) -> None:
        self.feed = FeedMaker(path=folder / "feed").create()
        self.shelf = Shelf()
        self.offered: dict[Key, SmallImage] = {}
        """What is to be had now."""
        self.withdrawn: set[str] = set()
        """Digests that the feed advises against."""

    @property
    def fingerprint(self) -> str:
        """The feed's."""
        return fingerprint(self.feed)

    def publish(self, key: Key, image: SmallImage) -> None:
        """Offer *image*, in the place of what had this name and version."""
        self.offered[key] = image
        name, version = key
        if name not in FEED_NAMES:
            self.shelf.put("registry", name, version, image)
            return
        package = Package(
            id=PackageId(provider="feed", source="", name=name, version=version),
            pin=image.root,
            platforms=image.platforms,
        )
        store = MemoryStore()
        with store.lease() as lease:
            writer = store.writer(lease)
            blobs = [put(writer, image.blobs[one.digest], one.media_type) for one in image.contents]
        with open_publisher(self.feed.path, [self.feed.online], clock=self.feed.clock) as publisher:
            publisher.add([package], reader=store, blobs=blobs)
            take_back(publisher, [package])
            publisher.publish()
        self.withdrawn.discard(str(image.root.digest))

    def withdraw(self, key: Key) -> None:
        """Offer that image of the feed no longer, and advise who has it to use it no more."""
        image = self.offered.pop(key)
        with open_publisher(self.feed.path, [self.feed.online], clock=self.feed.clock) as publisher:
            remove_images(publisher, [":".join(key)], reason="a bad build")
            publisher.publish()
        self.withdrawn.add(str(image.root.digest))

    def pass_days(self, days: int) -> None:
        """Let time go by; the feed is signed again, so that it can be followed."""
        self.feed.clock.pass_days(days)
        self.feed.refresh()
