"""What a publisher withdraws is told to who has it, by the feed and by bundles; it stays."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest

from feed_format import fingerprint_of, open_publisher, show_fingerprint
from provider_core import Host, Settings, Wishes
from provider_core.errors import PackageNotFound, UsageError
from provider_core.model.sources import LAST_RESORT
from provider_feed import FeedProvider
from provider_feed.publishing import remove_images
from provider_feed.withdrawing import take_back

from ...feeds.feed_format.feeds import FeedMaker
from ...support.images import make_image
from ...support.published import fingerprint, offer, publish_image

BAD, GOOD = make_image("bad"), make_image("good")


@pytest.fixture
def feed(tmp_path: Path) -> FeedMaker:
    feed = FeedMaker(path=tmp_path / "feed").create()
    publish_image(feed, "Tool", "1.0", BAD)
    publish_image(feed, "Tool", "2.0", GOOD)
    return feed


def opened(folder: Path, feed: FeedMaker, **source: str) -> Host:
    host = Host(
        folder, providers=[FeedProvider], settings=Settings(plugins=False), clock=feed.clock
    )
    host.add_source("plant", source.pop("place"), options=source)
    return host


@pytest.fixture
def near(feed: FeedMaker, tmp_path: Path) -> Host:
    return opened(tmp_path / "near", feed, place=str(feed.path), fingerprint=fingerprint(feed))


def withdraw(feed: FeedMaker, *requests: str, reason: str = "leaks passwords") -> None:
    with open_publisher(feed.path, [feed.online], clock=feed.clock) as publisher:
        remove_images(publisher, requests, reason=reason)
        publisher.publish()


def told(host: Host) -> list[tuple[str, str, str, str]]:
    return [
        (row.image.name, row.image.version, row.by, row.withdrawal.reason)
        for row in host.withdrawn()
    ]


def test_who_has_it_is_told_and_keeps_it(near: Host, feed: FeedMaker) -> None:
    near.install("tool:1.0", "tool:2.0")
    assert told(near) == []
    withdraw(feed, "tool:1.0")
    near.refresh()
    assert told(near) == [("Tool", "1.0", "plant", "leaks passwords")]
    assert near.withdrawn("other*") == ()
    assert [image.version for image in near.list()] == ["2.0", "1.0"]
    near.close()


def test_what_is_only_removed_is_not_withdrawn(near: Host, feed: FeedMaker) -> None:
    near.install("tool:1.0")
    withdraw(feed, "tool:1.0", reason="")
    near.refresh()
    assert told(near) == []
    near.close()


def test_a_feed_that_is_followed_no_more_tells_nothing(near: Host, feed: FeedMaker) -> None:
    near.install("tool:1.0")
    withdraw(feed, "tool")
    near.refresh()
    assert len(told(near)) == 1
    near.remove_source("plant")
    assert told(near) == []
    near.close()


def test_nobody_else_is_asked_for_what_was_withdrawn(
    near: Host, feed: FeedMaker, tmp_path: Path
) -> None:
    other = FeedMaker(path=tmp_path / "other").create()
    publish_image(other, "Tool", "9.0", make_image("anybody's"))
    place = str(other.path)
    near.add_source("later", place, options={"fingerprint": fingerprint(other)}, priority=-1)
    withdraw(feed, "tool")
    near.refresh()
    for request in ("tool", "Tool==9.0"):
        with pytest.raises(PackageNotFound) as caught:
            near.install(request)
        assert "(leaks passwords)" in caught.value.hint
    near.install("tool", wishes=Wishes(source="later"))
    assert [image.version for image in near.list()] == ["9.0"]
    near.close()


def test_no_last_resort_is_told_a_name_that_was_withdrawn(
    near: Host, feed: FeedMaker, tmp_path: Path
) -> None:
    other = FeedMaker(path=tmp_path / "other").create()
    publish_image(other, "Tool", "9.0", make_image("anybody's"))
    options = {"fingerprint": fingerprint(other)}
    near.add_source("last", str(other.path), options=options, priority=LAST_RESORT)
    withdraw(feed, "tool")
    near.refresh()
    with pytest.raises(PackageNotFound, match="plant"):
        near.find("tool")
    assert [one.version for one in near.find("tool", wishes=Wishes(source="last")).packages]
    near.close()


def test_of_several_that_were_withdrawn_the_one_asked_for_is_told(
    near: Host, feed: FeedMaker
) -> None:
    withdraw(feed, "tool:1.0", reason="leaks passwords")
    withdraw(feed, "tool:2.0", reason="is slow")
    near.refresh()
    gone = {"tool==1.0": "1.0 (leaks passwords)", "tool==2.0": "2.0 (is slow)"}
    asks: tuple[Callable[[str], object], ...] = (near.install, near.find)
    for request, ask in product(gone, asks):
        with pytest.raises(PackageNotFound) as caught:
            ask(request)
        assert f"withdrew {gone[request]}" in caught.value.hint
    near.close()


def test_a_withdrawn_version_beside_others_is_told_too(near: Host, feed: FeedMaker) -> None:
    withdraw(feed, "tool:1.0")
    near.refresh()
    with pytest.raises(PackageNotFound) as caught:
        near.install("tool==1.0")
    assert caught.value.hint == "that source withdrew 1.0 (leaks passwords)"
    with pytest.raises(PackageNotFound) as caught:
        near.install("tool==7.0")
    assert "withdrew" not in caught.value.hint
    near.close()


def test_it_travels_in_bundles(near: Host, feed: FeedMaker, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle"
    near.save("tool:1.0", "tool:2.0", to=str(bundle))
    courier = show_fingerprint(fingerprint_of((bundle / "trust/root.json").read_bytes()))
    far = opened(tmp_path / "far", feed, place=str(bundle), fingerprint=courier)
    far.install("tool:1.0")
    withdraw(feed, "tool:1.0")
    near.refresh()
    near.save("tool:2.0", to=str(bundle))
    far.refresh()
    assert told(far) == [("Tool", "1.0", "plant", "leaks passwords")]
    near.close()
    far.close()


def test_what_is_offered_again_is_withdrawn_no_more(near: Host, feed: FeedMaker) -> None:
    near.install("tool:1.0")
    withdraw(feed, "tool:1.0")
    publish_image(feed, "Tool", "1.0", BAD)
    with open_publisher(feed.path, [feed.online], clock=feed.clock) as publisher:
        take_back(publisher, [offer("Tool", "1.0", BAD)])
        publisher.publish()
    near.refresh()
    assert told(near) == []
    near.close()


def test_what_is_no_reason_changes_nothing(feed: FeedMaker) -> None:
    with pytest.raises(UsageError):
        withdraw(feed, "tool:1.0", reason="two\nlines")
