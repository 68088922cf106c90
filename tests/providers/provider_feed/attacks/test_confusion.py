"""A lower feed never outbids a higher one, whatever the higher one's state is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from provider_core import Host, Wishes
from provider_core.errors import (
    Ambiguous,
    Error,
    Expired,
    IntegrityError,
    PackageNotFound,
    TransportError,
    Untrusted,
)
from provider_core.testing.fault_server import FaultServer, closed_port_url
from provider_core.transport import HttpTransport, TransportSettings

from ....feeds.feed_format.feeds import FeedMaker
from ....support.images import make_image
from ....support.published import FeedSite, fingerprint, publish_image
from .sides import TOOLS, Homes, refused

OURS, THEIRS = TOOLS["1.1"].root, make_image("trojan").root
QUICK = TransportSettings(retries=0, connect_timeout=1, deadline=2, stall_limit=1)


@pytest.fixture
def theirs(tmp_path: Path, feed: FeedMaker) -> FeedMaker:
    """Return a public feed with a higher version of our name, and a tool of its own."""
    theirs = FeedMaker(path=tmp_path / "theirs", clock=feed.clock).create()
    publish_image(theirs, "tool", "99.0", make_image("trojan"))
    publish_image(theirs, "TOOL", "1.1", make_image("trojan"))
    publish_image(theirs, "public", "1.0", make_image("public"))
    return theirs


@pytest.fixture
def ours(feed: FeedMaker) -> Iterator[FaultServer]:
    """Serve our feed."""
    with FeedSite(feed.path) as site:
        yield site


def both(homes: Homes, feed: FeedMaker, place: str, theirs: FeedMaker, **options: str) -> Host:
    """Return a home with our feed above theirs."""
    host = homes("far", transport=HttpTransport(QUICK))
    ours = {"fingerprint": fingerprint(feed), **options}
    host.add_source("ours", place, provider="feed", options=ours)
    host.add_source("theirs", str(theirs.path), options={"fingerprint": fingerprint(theirs)})
    return host


@pytest.mark.parametrize("request_", ["tool", "TOOL", "tool>=1.0", "tool:1.1"])
def test_the_higher_source_decides_over_its_names(
    feed: FeedMaker, place: str, theirs: FeedMaker, homes: Homes, request_: str
) -> None:
    host = both(homes, feed, place, theirs)
    (image,) = host.install(request_).installed
    assert image.package.pin == OURS
    assert image.package.id.source == "ours"


def test_nor_for_a_version_that_it_does_not_have(
    feed: FeedMaker, place: str, theirs: FeedMaker, homes: Homes
) -> None:
    host = both(homes, feed, place, theirs)
    for request in ("tool==99.0", "tool>=2", "tool:99.0"):
        with refused(host, PackageNotFound, code=3):
            host.install(request)
    assert host.install("public").installed[0].package.id.source == "theirs"


def test_a_feed_above_that_has_ended_does_not_let_a_lower_one_answer(
    feed: FeedMaker, place: str, theirs: FeedMaker, homes: Homes
) -> None:
    host = both(homes, feed, place, theirs)
    feed.clock.pass_days(31)
    theirs.refresh()
    for request in ("tool", "tool==99.0", "public"):
        with refused(host, Expired):
            host.install(request)
    feed.refresh()
    host.install("tool")
    assert host.list()[0].package.pin == OURS


def test_nor_one_that_is_damaged(feed: FeedMaker, theirs: FeedMaker, homes: Homes) -> None:
    host = both(homes, feed, str(feed.path), theirs)
    (feed.path / "trust" / "timestamp.json").write_bytes(b"{}")
    for request in ("tool", "public"):
        with refused(host, IntegrityError):
            host.install(request)


def test_nor_one_that_cannot_be_reached(
    feed: FeedMaker, theirs: FeedMaker, homes: Homes, ours: FaultServer
) -> None:
    host = both(homes, feed, ours.url(""), theirs)
    feed.clock.pass_days(31)  # so that it would have to be asked
    theirs.refresh()
    ours.close()
    for request in ("tool", "public"):
        with refused(host, TransportError, code=5):
            host.install(request)


def test_what_was_never_reached_is_no_source(
    feed: FeedMaker, theirs: FeedMaker, homes: Homes
) -> None:
    host = homes("far", transport=HttpTransport(QUICK))
    with refused(host, TransportError, code=5):
        host.add_source(
            "ours",
            closed_port_url(),
            provider="feed",
            options={"fingerprint": fingerprint(feed)},
        )
    assert not [row for row in host.sources() if not row.builtin]


def test_an_untrusted_feed_above_is_not_passed_over(
    feed: FeedMaker, theirs: FeedMaker, homes: Homes
) -> None:
    host = homes()
    host.add_source("loose", str(theirs.path), priority=60)
    host.add_source("ours", str(feed.path), options={"fingerprint": fingerprint(feed)})
    for request in ("tool", "public", "no-such-thing"):
        with refused(host, Untrusted, code=2):
            host.install(request)
    (image,) = host.install("tool", wishes=Wishes(source="ours")).installed
    assert image.package.pin == OURS


def test_two_feeds_of_one_priority_do_not_race(
    feed: FeedMaker, theirs: FeedMaker, homes: Homes
) -> None:
    host = homes()
    for name, one in (("ours", feed), ("theirs", theirs)):
        options = {"fingerprint": fingerprint(one)}
        host.add_source(name, str(one.path), options=options, priority=50)
    with refused(host, Ambiguous, code=2):
        host.install("tool")
    with refused(host, Error, code=2):
        host.save("tool", to=str(feed.path.with_name("bundle")))
    assert not feed.path.with_name("bundle").exists()
