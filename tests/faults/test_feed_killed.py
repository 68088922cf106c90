"""kill -9 while installing from a feed and saving to a bundle: the same again converges."""

from __future__ import annotations

import random
import shutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from feed_format import is_feed
from provider_core import Host
from provider_core.errors import NotFoundError
from provider_core.oci.layout import blob_path

from ..feeds.feed_format.feeds import FeedMaker
from ..support.images import SmallImage, make_image
from ..support.published import FeedSite, fingerprint, publish_image
from .crash_process import Run, crash_process
from .feed_crash_runner import NAMES, opened, operate

RUNNER = Path(__file__).with_name("feed_crash_runner.py")
POINTS = 20
"""Of each verb."""
IMAGES: dict[str, SmallImage] = {
    name: make_image("shared", random.Random(name).randbytes(400_000).hex()) for name in NAMES
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL"),
]


@pytest.fixture
def run() -> Iterator[Run]:
    """Give what runs a verb for at most so many seconds, and returns its exit code."""
    with crash_process(RUNNER) as run:
        yield run


@pytest.fixture
def feed(tmp_path: Path) -> FeedMaker:
    """Return a feed of three images that share a layer."""
    feed = FeedMaker(path=tmp_path / "feed").create()
    for name, image in IMAGES.items():
        publish_image(feed, name, "1.0", image)
    return feed


@pytest.fixture
def site(feed: FeedMaker) -> Iterator[FeedSite]:
    """Serve the feed."""
    with FeedSite(feed.path) as site:
        yield site


def seconds_of(host: Host, verb: str, target: Path) -> float:
    """Return how long *verb* takes when nobody disturbs it."""
    started = time.monotonic()
    operate(host, verb, str(target))
    return time.monotonic() - started


def emptied(host: Host) -> None:
    """Take everything out of the home."""
    if host.list():
        host.uninstall("own-*")
    host.collect(grace=0)
    assert not list(host.store.blobs())


def test_install_from_a_web_server(
    feed: FeedMaker, site: FeedSite, run: Run, tmp_path: Path
) -> None:
    chance, home, killed, spared = random.Random(20160), tmp_path / "home", 0, 0
    with opened(home) as host:
        host.add_source(
            "lab", site.url(""), provider="feed", options={"fingerprint": fingerprint(feed)}
        )
        duration = seconds_of(host, "install", home)
        for _ in range(POINTS):
            emptied(host)
            status = run("install", home, home, 0.02 + 1.2 * duration * chance.random())
            assert status in (0, -9)
            killed += status != 0
            assert {image.name for image in host.list()} in (set(), set(NAMES))
            assert host.check_store() == ()
            here = {f"/{blob_path(digest)}" for digest, _ in host.store.blobs()}
            before = len(site.listener.heads)
            host.install(*NAMES)
            asked = {head.split(b" ")[1].decode() for head in site.listener.heads[before:]}
            images = {f"/{blob_path(one)}" for image in IMAGES.values() for one in image.blobs}
            assert not asked & here & images, "verified bytes were fetched again"
            spared += len(here & images)
            assert {image.name for image in host.list()} == set(NAMES)
            assert host.check_store() == ()
    assert killed, "every install ended before its time"
    assert spared, "no kill left anything that was verified"


def test_save_to_a_bundle(feed: FeedMaker, run: Run, tmp_path: Path) -> None:
    chance, home, killed = random.Random(20161), tmp_path / "home", 0
    bundle = tmp_path / "bundle"
    with opened(home) as host:
        host.add_source("lab", str(feed.path), options={"fingerprint": fingerprint(feed)})
        host.install(*NAMES)
        duration = seconds_of(host, "save", tmp_path / "first")
        root = tmp_path / "first" / "trust" / "1.root.json"
        for point in range(POINTS):
            if point % 2:  # one that is there is extended
                shutil.rmtree(bundle)
                host.save(NAMES[0], to=str(bundle))
            elif bundle.exists():
                shutil.rmtree(bundle)
            status = run("save", home, bundle, 0.02 + 1.2 * duration * chance.random())
            assert status in (0, -9)
            killed += status != 0
            seen = offers_of(bundle, root, tmp_path / f"reader-{point}")
            assert seen in (set(), {NAMES[0]}, set(NAMES))
            assert seen or not point % 2, "what was there is gone"
            host.save(*NAMES, to=str(bundle))
            assert not list((bundle / "ingest").iterdir())
            assert installed_from(bundle, root, tmp_path / f"far-{point}") == set(NAMES)
    assert killed, "every save ended before its time"


def offers_of(bundle: Path, root: Path, home: Path) -> set[str]:
    """Return what a far side that pinned *root* is offered; nothing if it cannot be read yet."""
    if not is_feed(bundle):
        return set()
    with opened(home) as host:
        try:
            host.add_source("stick", str(bundle), options={"root": str(root)})
        except NotFoundError:
            if (bundle / "trust" / "timestamp.json").exists():
                raise
            return set()  # before its first publication a feed has no pointer
        return {package.name for package in host.find().packages}


def installed_from(bundle: Path, root: Path, home: Path) -> set[str]:
    """Return what is installed from the whole bundle, verified."""
    with opened(home) as host:
        host.add_source("stick", str(bundle), options={"root": str(root)})
        host.install(*NAMES)
        assert host.check_store() == ()
        return {image.name for image in host.list()}
