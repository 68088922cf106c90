"""Feeds of small images that tests publish, in folders and on web servers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from feed_format import fingerprint_of, open_publisher, show_fingerprint
from provider_core.model import Package, PackageId
from provider_core.store import put
from provider_core.testing import MemoryStore
from provider_core.testing.fault_server import FaultServer

from ..feeds.feed_format.feeds import FeedMaker
from .images import SmallImage

__all__ = ["FeedSite", "FolderFiles", "fingerprint", "offer", "publish_image"]

_BYTES = "application/octet-stream"


def offer(name: str, version: str, image: SmallImage) -> Package:
    """Return *image* as a feed offers it."""
    return Package(
        id=PackageId(provider="feed", source="", name=name, version=version),
        pin=image.root,
        publisher="Example",
        platforms=image.platforms,
        size=sum(map(len, image.blobs.values())),
    )


def publish_image(
    feed: FeedMaker, name: str, version: str, image: SmallImage, *referrers: SmallImage
) -> int:
    """Publish *image*, and what refers to it, besides what is there; return the version."""
    store = MemoryStore()
    contents = [data for one in (image, *referrers) for data in one.blobs.values()]
    with store.lease() as lease:
        blobs = [put(store.writer(lease), data, _BYTES) for data in contents]
    with open_publisher(feed.path, [feed.online], clock=feed.clock, lives=feed.lives) as publisher:
        publisher.add(
            [offer(name, version, image)],
            reader=store,
            blobs=blobs,
            referrers=[one.root for one in referrers],
        )
        return publisher.publish().version


def fingerprint(feed: FeedMaker) -> str:
    """Return what a far side pins."""
    return show_fingerprint(fingerprint_of(feed.roots[0]))


class FeedSite(FaultServer):
    """A web server for the feed in *folder*, as it is at each request."""

    def __init__(self, folder: Path, *, login: str = "") -> None:
        super().__init__(FolderFiles(folder), login=login)


class FolderFiles(Mapping[str, bytes]):
    """The files of a folder as a `FaultServer` takes them, read at each request."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __getitem__(self, path: str) -> bytes:
        file = self._folder / path.lstrip("/")
        if not file.is_file():
            raise KeyError(path)
        return file.read_bytes()

    def __iter__(self) -> Iterator[str]:
        files = (path for path in self._folder.rglob("*") if path.is_file())
        return (f"/{path.relative_to(self._folder)}" for path in files)

    def __len__(self) -> int:
        return sum(1 for _ in self)
