"""The feed provider keeps the plugin contract."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from provider_core.model import Query, Source
from provider_core.references import FilePath
from provider_core.testing import (
    MemoryTransport,
    ProviderCase,
    ProviderConformance,
)
from provider_core.testing.memory_transport import Answer, Request
from provider_feed import FeedProvider

from ...feeds.feed_format.feeds import FeedMaker
from ...support.images import ARM64, make_image, make_index, make_referrer
from ...support.published import FolderFiles, fingerprint, publish_image

BASE = "https://feed.example/images"
PRESENT = (Query(name="Box"), Query(name="several"))


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> FeedMaker:
    """Return a feed of an image that is signed, and of one for two platforms."""
    feed = FeedMaker(path=tmp_path_factory.mktemp("published") / "feed").create()
    box = make_image("box")
    publish_image(feed, "Box", "1.0", box, make_referrer(box.root, b"signature"))
    several = make_index(make_image("a"), make_image("b", platform=ARM64))
    publish_image(feed, "several", "2", several)
    return feed


@pytest.fixture
def feed(published: FeedMaker, tmp_path: Path) -> FeedMaker:
    """Return a copy of that feed, which may be changed."""
    return replace(published, path=shutil.copytree(published.path, tmp_path / "feed"))


def change(feed: FeedMaker) -> Callable[[], None]:
    """Return what publishes another version, and takes a name away."""

    def publish() -> None:
        publish_image(feed, "Box", "1.1", make_image("box", "more"))
        publish_image(feed, "new", "1", make_image("new"))

    return publish


def damage(feed: FeedMaker) -> Callable[[], None]:
    """Return what damages everything but the documents that say what there is."""

    def spoil() -> None:
        for blob in (feed.path / "blobs" / "sha256").iterdir():
            if not blob.read_bytes().startswith(b'{"format":'):
                blob.write_bytes(bytes(blob.stat().st_size))

    return spoil


class TestFolder(ProviderConformance):
    @pytest.fixture
    def case(self, feed: FeedMaker, tmp_path: Path) -> ProviderCase:
        text, numbers, saved = tmp_path / "text.txt", itertools.count(), tmp_path / "saved"
        text.write_text("no feed")
        saved.mkdir()
        (tmp_path / "layout").mkdir()
        return ProviderCase(
            provider=FeedProvider,
            source=Source(name="lab", provider="feed", location=str(feed.path)),
            present=PRESENT,
            references=[FilePath(path=str(feed.path))],
            strangers=[FilePath(path=str(text)), FilePath(path=str(tmp_path / "layout"))],
            destination=lambda: str(saved / f"{next(numbers)}"),
            change=change(feed),
            damage=damage(feed),
            options={"fingerprint": fingerprint(feed)},
        )


class TestWeb(ProviderConformance):
    @pytest.fixture
    def case(self, feed: FeedMaker, tmp_path: Path) -> ProviderCase:
        files, numbers = FolderFiles(feed.path), itertools.count()

        def serve(request: Request) -> Answer:
            data = files.get(request.url.removeprefix(BASE))
            return Answer(status=404) if data is None else Answer(body=data)

        return ProviderCase(
            provider=FeedProvider,
            source=Source(name="web", provider="feed", location=BASE),
            present=PRESENT,
            references=[FilePath(path=str(feed.path))],
            destination=lambda: str(tmp_path / f"{next(numbers)}"),
            change=change(feed),
            damage=damage(feed),
            transport=MemoryTransport({f"{BASE}/": serve}),
            options={"fingerprint": fingerprint(feed)},
        )
