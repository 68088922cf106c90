"""What a feed offers, and that only what changed moves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from feed_format import open_publisher
from provider_core import Host, Settings
from provider_core.operations.wishes import Wishes
from provider_core.testing.fault_server import FaultServer
from provider_feed import FeedProvider

from ...feeds.feed_format.feeds import FeedMaker
from ...support.images import make_image
from ...support.published import FolderFiles, fingerprint, publish_image

EVERY = Wishes(all_versions=True)


@pytest.fixture
def feed(tmp_path: Path) -> FeedMaker:
    feed = FeedMaker(path=tmp_path / "feed").create()
    for version in ("1.0", "2.0"):
        publish_image(feed, "Tool", version, make_image(version))
    publish_image(feed, "other", "1.0", make_image("other"))
    return feed


@pytest.fixture
def server(feed: FeedMaker) -> Iterator[FaultServer]:
    with FaultServer(FolderFiles(feed.path)) as server:
        yield server


@pytest.fixture(params=["folder", "web"])
def host(
    tmp_path: Path, feed: FeedMaker, server: FaultServer, request: pytest.FixtureRequest
) -> Iterator[Host]:
    place = str(feed.path) if request.param == "folder" else server.url("")
    with Host(
        tmp_path / "home",
        providers=[FeedProvider],
        settings=Settings(plugins=False),
        clock=feed.clock,
    ) as host:
        host.add_source("a", place, options={"fingerprint": fingerprint(feed)})
        yield host


def _offered(host: Host) -> list[str]:
    host.refresh()
    return [f"{one.name} {one.version}" for one in host.find("*", wishes=EVERY).packages]


def test_every_version_is_offered(host: Host) -> None:
    assert _offered(host) == ["other 1.0", "Tool 2.0", "Tool 1.0"]
    (package,) = host.find("tool").packages
    assert (package.version, package.publisher, package.id.source) == ("2.0", "Example", "a")


def test_what_is_new_comes_and_what_is_gone_goes(host: Host, feed: FeedMaker) -> None:
    publish_image(feed, "third", "1.0", make_image("third"))
    with open_publisher(feed.path, [feed.online], clock=feed.clock) as publisher:
        publisher.remove("tool", [("1.0", "")])
        publisher.remove("other")
        publisher.publish()
    assert _offered(host) == ["third 1.0", "Tool 2.0"]


def test_a_prerelease_that_is_withdrawn_goes_too(host: Host, feed: FeedMaker) -> None:
    publish_image(feed, "tool", "3.0-rc.1", make_image("3.0-rc.1"))
    host.refresh()
    every = Wishes(all_versions=True, prereleases=True)
    assert "3.0-rc.1" in {one.version for one in host.find("tool", wishes=every).packages}
    with open_publisher(feed.path, [feed.online], clock=feed.clock) as publisher:
        publisher.remove("tool", [("3.0-rc.1", "")])
        publisher.publish()
    host.refresh()
    assert {one.version for one in host.find("tool", wishes=every).packages} == {"1.0", "2.0"}


def test_a_refresh_without_changes_says_so(host: Host, feed: FeedMaker) -> None:
    assert [one.changed for one in host.refresh()] == [False]
    feed.clock.pass_days(1)
    feed.refresh()
    assert [one.changed for one in host.refresh()] == [True]
    row, *_ = host.sources()
    assert row.until == (feed.clock.now + feed.lives.timestamp).isoformat(timespec="seconds")


def test_only_what_changed_is_fetched(tmp_path: Path, feed: FeedMaker, server: FaultServer) -> None:
    with Host(
        tmp_path / "home",
        providers=[FeedProvider],
        settings=Settings(plugins=False),
        clock=feed.clock,
    ) as host:
        host.add_source("a", server.url(""), options={"fingerprint": fingerprint(feed)})
        before = _asked(server)
        assert any("/blobs/" in path for path in before)
        host.refresh()
        assert [path for path in _asked(server)[len(before) :] if "/blobs/" in path] == []
        publish_image(feed, "third", "1.0", make_image("third"))
        before = _asked(server)
        host.refresh()
        moved = _asked(server)[len(before) :]
        assert sum("/blobs/" in path for path in moved) == 1
        assert sum("/shards/" in path for path in moved) == 1
        assert sum("targets.json" in path for path in moved) == 1


def test_a_remote_feed_is_asked_again_when_its_signatures_have_ended(
    tmp_path: Path, feed: FeedMaker, server: FaultServer
) -> None:
    with Host(
        tmp_path / "home",
        providers=[FeedProvider],
        settings=Settings(plugins=False),
        clock=feed.clock,
    ) as host:
        host.add_source("a", server.url(""), options={"fingerprint": fingerprint(feed)})
        publish_image(feed, "Tool", "3.0", make_image("three"))
        assert host.find("tool").packages[0].version == "2.0"
        feed.clock.pass_days(31)
        feed.refresh()
        assert host.find("tool").packages[0].version == "3.0"


def _asked(server: FaultServer) -> list[str]:
    return [head.decode().split()[1] for head in server.listener.heads]
