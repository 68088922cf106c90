"""A feed as a source: recognised by what is in it, trusted by the root that is pinned."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn

import pytest

from feed_format import SigningKey, fingerprint_of, rotate, show_fingerprint
from provider_core import Host, Settings
from provider_core.errors import Expired, NoSuchFile, NotSupported, Untrusted, UsageError
from provider_core.model import Trust
from provider_core.operations.wishes import Wishes
from provider_feed import FeedProvider

from ...feeds.feed_format.feeds import FeedMaker, online_roles
from ...support.images import make_image
from ...support.published import fingerprint, publish_image

ANYWAY = Wishes(allow_untrusted=True)


@pytest.fixture
def feed(tmp_path: Path) -> FeedMaker:
    feed = FeedMaker(path=tmp_path / "feed").create()
    publish_image(feed, "Tool", "1.0", make_image("one"))
    return feed


@pytest.fixture
def host(tmp_path: Path, feed: FeedMaker) -> Host:
    settings = Settings(plugins=False)
    return Host(tmp_path / "home", providers=[FeedProvider], settings=settings, clock=feed.clock)


def _root_file(feed: FeedMaker, folder: Path) -> str:
    path = folder / f"pinned-{len(feed.roots)}.json"
    path.write_bytes(feed.roots[-1])
    return str(path)


def test_a_root_or_a_fingerprint_makes_it_trusted(
    host: Host, feed: FeedMaker, tmp_path: Path
) -> None:
    by_root = host.add_source("a", str(feed.path), options={"root": _root_file(feed, tmp_path)})
    by_print = host.add_source("b", str(feed.path), options={"fingerprint": fingerprint(feed)})
    assert (by_root.provider, by_root.indexed) == ("feed", True)
    assert by_root.options == by_print.options == {"fingerprint": fingerprint(feed)}
    assert by_root.trust is by_print.trust is Trust.VERIFIED
    assert host.find("tool", wishes=Wishes(source="a")).packages[0].name == "Tool"


def test_without_a_root_it_is_added_and_refused(host: Host, feed: FeedMaker) -> None:
    assert host.add_source("a", str(feed.path)).trust is Trust.UNTRUSTED
    for use in (
        lambda: host.find("tool"),
        lambda: host.install("tool"),
        lambda: host.save("tool", to=str(feed.path.with_name("out"))),
    ):
        with pytest.raises(Untrusted):
            use()
    assert host.find("tool", wishes=ANYWAY).packages
    assert host.install("tool", wishes=ANYWAY).installed[0].content.evidence == ()


def test_a_root_can_be_pinned_later_and_what_nobody_vouched_for_is_forgotten(
    host: Host, feed: FeedMaker
) -> None:
    host.add_source("a", str(feed.path))
    host.find("tool", wishes=ANYWAY)
    source = host.set_source("a", options={"fingerprint": fingerprint(feed)})
    assert source.trust is Trust.VERIFIED
    assert host.install("tool").installed
    assert [change.operation for change in host.log()][:2] == ["install", "source set"]


@pytest.mark.parametrize("text", ["00" * 32, "not a fingerprint", "12 34"])
def test_a_wrong_fingerprint_adds_nothing(host: Host, feed: FeedMaker, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        host.add_source("a", str(feed.path), options={"fingerprint": text})
    assert caught.value.exit_code == 2
    assert "a" not in {row.source.name for row in host.sources()}


def test_a_file_that_is_no_root(host: Host, feed: FeedMaker, tmp_path: Path) -> None:
    with pytest.raises(NoSuchFile):
        host.add_source("a", str(feed.path), options={"root": str(tmp_path / "absent")})
    (tmp_path / "text").write_text("no root")
    with pytest.raises(Exception, match="malformed"):
        host.add_source("a", str(feed.path), options={"root": str(tmp_path / "text")})


def test_a_later_root_is_pinned_by_its_version(host: Host, feed: FeedMaker, tmp_path: Path) -> None:
    new = SigningKey.generate()
    roles = online_roles(new, feed.online)
    rotate(feed.path, feed.following(roles, feed.root_key, new), [feed.online], clock=feed.clock)
    source = host.add_source("a", str(feed.path), options={"root": _root_file(feed, tmp_path)})
    second = show_fingerprint(fingerprint_of(feed.roots[1]))
    assert source.options == {"fingerprint": second, "root-version": "2"}
    assert host.find("tool").packages
    moved = host.set_source("a", options={"fingerprint": fingerprint(feed)})  # of the first root
    assert moved.options == {"fingerprint": fingerprint(feed)}
    assert host.find("tool").packages


def test_a_change_that_fails_leaves_the_offers_as_they_were(
    host: Host, feed: FeedMaker, tmp_path: Path
) -> None:
    host.add_source("a", str(feed.path), options={"fingerprint": fingerprint(feed)})
    other = FeedMaker(path=tmp_path / "other").create()
    publish_image(other, "thing", "1.0", make_image("thing"))
    with pytest.raises(Untrusted):  # it has another root than is pinned
        host.set_source("a", location=str(other.path))
    row, *_ = host.sources()
    assert (row.source.location, row.offers) == (str(feed.path), 1)
    host.set_source("a", location=str(other.path), options={"fingerprint": fingerprint(other)})
    assert [one.name for one in host.find("*").packages] == ["thing"]


def test_a_folder_may_be_a_file_url(host: Host, feed: FeedMaker, tmp_path: Path) -> None:
    place = feed.path.rename(tmp_path / "a stick")
    pin = {"fingerprint": fingerprint(feed)}
    assert host.add_source("a", place.as_uri(), options=pin).location == str(place)
    assert host.find("tool").packages
    with pytest.raises(UsageError, match="another host"):
        host.add_source("b", "file://server/share", options=pin)


def test_a_folder_without_a_feed(host: Host, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotSupported):
        host.add_source("a", str(tmp_path / "empty"), provider="feed")
    with pytest.raises(NoSuchFile):
        host.add_source("a", str(tmp_path / "absent"), provider="feed")


def test_the_list_shows_trust_and_end(host: Host, feed: FeedMaker) -> None:
    host.add_source("a", str(feed.path), options={"fingerprint": fingerprint(feed)})
    row, *_ = host.sources()
    assert row.source.trust is Trust.VERIFIED
    assert row.until == (feed.clock.now + feed.lives.timestamp).isoformat(timespec="seconds")
    host.set_source("a", options={"accept-expired": "2w"})
    row, *_ = host.sources()
    assert row.until == "2026-07-15T12:00:00+00:00"


def test_what_has_ended_is_refused_until_it_is_accepted(host: Host, feed: FeedMaker) -> None:
    host.add_source("a", str(feed.path), options={"fingerprint": fingerprint(feed)})
    feed.clock.pass_days(40)
    with pytest.raises(Expired, match="timestamp") as caught:
        host.install("tool")
    assert "accept_expired = '11d'" in caught.value.hint
    host.set_source("a", options={"accept-expired": "20d"})
    assert host.install("tool").installed
    (change,) = host.log(limit=2)[1:]
    assert change.operation == "source set"


def test_a_setting_accepts_it_for_all_sources(tmp_path: Path, feed: FeedMaker) -> None:
    feed.clock.pass_days(3 * 365)
    settings = Settings(plugins=False, accept_expired="4y")
    home = tmp_path / "empty"
    with Host(home, providers=[FeedProvider], settings=settings, clock=feed.clock) as host:
        host.add_source("a", str(feed.path), options={"fingerprint": fingerprint(feed)})
        (image,) = host.install("tool").installed
    assert image.content.facts == {"io.imageferry.evidence.ended": "2026-07-01T12:00:00+00:00"}


@pytest.mark.parametrize("text", ["soon", "-1d", "9999999d", "200y", "1.5d"])
def test_a_span_that_is_none(host: Host, feed: FeedMaker, text: str) -> None:
    with pytest.raises(UsageError, match="no span of time"):
        host.add_source("a", str(feed.path), options={"accept-expired": text})


def test_a_stick_that_is_away_still_answers_what_it_had(host: Host, feed: FeedMaker) -> None:
    host.add_source("a", str(feed.path), options={"fingerprint": fingerprint(feed)})
    away = feed.path.rename(feed.path.with_name("away"))
    assert host.find("tool").packages
    with pytest.raises(NoSuchFile) as caught:
        host.install("tool")
    assert "`ferry source set a --location PLACE`" in caught.value.hint
    host.set_source("a", location=str(away))
    assert host.install("tool").installed


def test_a_file_beside_a_source_is_none_of_it(
    host: Host, feed: FeedMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def receive(*_: object) -> NoReturn:
        raise NoSuchFile(f"{feed.path}-two/x")

    host.add_source("a", str(feed.path), options={"fingerprint": fingerprint(feed)})
    monkeypatch.setattr("provider_feed.receiving.receive", receive)
    with pytest.raises(NoSuchFile) as caught:
        host.install("tool")
    assert caught.value.hint == "check the path"


def test_a_folder_is_looked_at_whenever_it_is_asked(host: Host, feed: FeedMaker) -> None:
    host.add_source("a", str(feed.path), options={"fingerprint": fingerprint(feed)})
    publish_image(feed, "Tool", "2.0", make_image("two"))
    assert [one.version for one in host.find("tool").packages] == ["2.0"]


def test_offline_a_folder_is_read_all_the_same(tmp_path: Path, feed: FeedMaker) -> None:
    settings = Settings(plugins=False, offline=True)
    home = tmp_path / "far"
    with Host(home, providers=[FeedProvider], settings=settings, clock=feed.clock) as host:
        host.add_source("a", str(feed.path), options={"fingerprint": fingerprint(feed)})
        assert host.install("tool").installed
