"""A feed that is named directly: its folder, instead of a source."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from provider_core import Host, Settings
from provider_core.errors import Rollback, Untrusted
from provider_core.operations.wishes import Wishes
from provider_feed import FeedProvider

from ...feeds.feed_format.feeds import FeedMaker
from ...support.images import make_image
from ...support.published import fingerprint, publish_image


@pytest.fixture
def feed(tmp_path: Path) -> FeedMaker:
    feed = FeedMaker(path=tmp_path / "feed").create()
    publish_image(feed, "Tool", "1.0", make_image("one"))
    publish_image(feed, "other", "2.0", make_image("two"))
    return feed


@pytest.fixture
def host(tmp_path: Path, feed: FeedMaker) -> Iterator[Host]:
    settings = Settings(plugins=False, offline=True)
    home = tmp_path / "home"
    with Host(home, providers=[FeedProvider], settings=settings, clock=feed.clock) as host:
        yield host


def _installed(host: Host) -> list[str]:
    return [f"{image.name} {image.version}" for image in host.list()]


def test_everything_in_it_is_installed_if_its_root_is_named(host: Host, feed: FeedMaker) -> None:
    with pytest.raises(Untrusted):
        host.install(str(feed.path))
    known = Wishes(options={"fingerprint": fingerprint(feed)})
    host.install(str(feed.path), wishes=known)
    assert _installed(host) == ["other 2.0", "Tool 1.0"]
    assert all(image.content.evidence for image in host.list())


def test_a_source_of_the_same_root_vouches_for_it(
    host: Host, feed: FeedMaker, tmp_path: Path
) -> None:
    host.add_source("a", str(feed.path), options={"fingerprint": fingerprint(feed)})
    copy = feed.path.rename(tmp_path / "copy")
    host.install(str(copy))
    assert len(host.list()) == 2


def test_another_root_does_not(host: Host, feed: FeedMaker) -> None:
    with pytest.raises(Untrusted, match="another feed"):
        host.install(str(feed.path), wishes=Wishes(options={"fingerprint": "00" * 32}))


def test_it_can_be_taken_as_it_is(host: Host, feed: FeedMaker) -> None:
    host.install(str(feed.path), wishes=Wishes(allow_untrusted=True))
    assert len(host.list()) == 2
    assert not any(image.content.evidence for image in host.list())


def test_an_older_copy_beside_it_counts_but_not_in_its_place(
    host: Host, feed: FeedMaker, tmp_path: Path
) -> None:
    known = Wishes(options={"fingerprint": fingerprint(feed)})
    older = tmp_path / "older"
    shutil.copytree(feed.path, older)
    publish_image(feed, "third", "3.0", make_image("three"))
    host.install(str(feed.path), wishes=known)
    host.install(str(older), wishes=known)
    assert len(host.list()) == 3
    shutil.rmtree(feed.path)
    older.rename(feed.path)
    with pytest.raises(Rollback):
        host.install(str(feed.path), wishes=known)
