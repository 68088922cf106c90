from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from tuf.api.metadata import TargetFile, Targets

from feed_format import (
    FeedReader,
    Lives,
    Pin,
    TrustReader,
    fingerprint_of,
    first_root,
    folder_fetch,
)
from provider_core.errors import (
    DocumentError,
    Expired,
    HttpStatus,
    IntegrityError,
    NoSuchFile,
    NotSupported,
    StoreError,
    TimedOut,
    Untrusted,
)

from .feeds import NOW, Counting, FeedMaker, Overlay, online_roles, package, reader_of, republish


def test_it_says_what_is_trusted_and_until_when(feed: FeedMaker, tmp_path: Path) -> None:
    feed.publish(package())
    feed.refresh()
    trusted = reader_of(feed, tmp_path / "state").refresh()
    assert trusted.version == 2
    assert (trusted.role("root").version, trusted.role("targets").version) == (1, 1)
    assert trusted.expires == NOW + timedelta(days=30)
    assert trusted.list.published == NOW
    assert trusted.fingerprint == fingerprint_of(feed.roots[0])
    assert trusted.root == feed.roots[0]
    assert trusted.pinned
    for name, data in trusted.metadata.items():
        assert (feed.path / "trust" / name).read_bytes() == data
    assert list(trusted.metadata)[-1] == "timestamp.json"


def test_the_fingerprint_is_enough_to_begin(feed: FeedMaker, tmp_path: Path) -> None:
    feed.publish(package())
    fetch = Counting(folder_fetch(feed.path))
    pin = fingerprint_of(feed.roots[0])
    for _ in range(2):
        assert reader_of(feed, tmp_path / "state", pin=pin, fetch=fetch).refresh().pinned
    assert fetch.paths.count("trust/1.root.json") == 1


def test_another_feed_is_told_by_its_root(feed: FeedMaker, tmp_path: Path) -> None:
    feed.publish(package())
    other = FeedMaker(path=tmp_path / "other").create()
    pins: list[Pin] = [fingerprint_of(other.roots[0]), other.roots[0]]
    for number, pin in enumerate(pins):
        with pytest.raises(Untrusted, match="another feed") as caught:
            reader_of(feed, tmp_path / f"state{number}", pin=pin).refresh()
        assert caught.value.exit_code == 2


def test_without_a_pin_the_first_root_is_kept(feed: FeedMaker, tmp_path: Path) -> None:
    feed.publish(package())
    assert not reader_of(feed, tmp_path / "state", pin=None).refresh().pinned
    other = FeedMaker(path=tmp_path / "other").create()
    other.publish(package())
    with pytest.raises(Untrusted):
        reader_of(other, tmp_path / "state", pin=None).refresh()


def test_a_pin_that_is_no_root_is_refused(feed: FeedMaker, tmp_path: Path) -> None:
    feed.publish(package())
    for pin in (b"", b"{}", first_root(online_roles(feed.root_key, feed.online), NOW)):
        with pytest.raises(IntegrityError):
            reader_of(feed, tmp_path / "state", pin=pin).refresh()


def test_a_folder_that_is_no_feed(feed: FeedMaker, tmp_path: Path) -> None:
    with pytest.raises(NoSuchFile):
        reader_of(feed, tmp_path / "a").refresh()
    empty = Overlay(tmp_path / "nowhere", {})
    with pytest.raises(NoSuchFile):
        reader_of(feed, tmp_path / "b", pin=None, fetch=empty).refresh()


def test_what_ended_is_refused_with_role_age_and_setting(feed: FeedMaker, tmp_path: Path) -> None:
    feed.publish(package())
    feed.clock.pass_days(35.5)
    with pytest.raises(Expired, match="timestamp") as caught:
        reader_of(feed, tmp_path / "state").refresh()
    fields = caught.value.fields
    assert (fields["role"], fields["setting"]) == ("timestamp", "accept-expired")
    assert fields["age_seconds"] == 5.5 * 86_400
    assert fields["clock_suspected"] is False
    assert "--accept-expired 6d" in caught.value.hint


@pytest.mark.parametrize("role", ["root", "targets", "snapshot", "timestamp"])
def test_every_role_may_have_ended_and_be_accepted(tmp_path: Path, role: str) -> None:
    lives = {name: timedelta(days=900) for name in ("root", "targets", "snapshot", "timestamp")}
    feed = FeedMaker(
        path=tmp_path / "feed", lives=Lives(**{**lives, role: timedelta(days=10)})
    ).create()
    feed.publish(package())
    feed.clock.pass_days(15)
    with pytest.raises(Expired) as caught:
        reader_of(feed, tmp_path / "a").refresh()
    assert caught.value.fields["role"] == role
    assert "--accept-expired 6d" in caught.value.hint
    nearly, enough = timedelta(days=5), timedelta(days=6)
    with pytest.raises(Expired):
        reader_of(feed, tmp_path / "b", accept_expired=nearly).refresh()
    assert reader_of(feed, tmp_path / "c", accept_expired=enough).refresh().version == 1


def test_a_three_year_old_bundle_opens_on_an_empty_home(tmp_path: Path) -> None:
    lives = Lives(
        root=timedelta(days=365),
        targets=timedelta(days=90),
        snapshot=timedelta(days=90),
        timestamp=timedelta(days=90),
    )
    bundle = FeedMaker(path=tmp_path / "bundle", lives=lives).create()
    bundle.publish(package("tool", "1.0"))
    bundle.clock.pass_days(3 * 365)
    with pytest.raises(Expired, match="clock"):
        reader_of(bundle, tmp_path / "state").refresh()
    accepted = timedelta(days=3 * 365)
    pin = fingerprint_of(bundle.roots[0])
    trusted = reader_of(bundle, tmp_path / "state", pin=pin, accept_expired=accepted).refresh()
    reader = FeedReader(folder_fetch(bundle.path), trusted, tmp_path / "state")
    assert reader.find("tool") is not None


def test_the_suggested_setting_is_enough_for_all_roles(tmp_path: Path) -> None:
    lives = Lives(targets=timedelta(days=3), snapshot=timedelta(days=5), timestamp=timedelta(2))
    feed = FeedMaker(path=tmp_path / "feed", lives=lives).create()
    feed.publish(package())
    feed.clock.pass_days(50)
    accept = timedelta(0)
    for _ in range(4):
        try:
            reader_of(feed, tmp_path / "state", accept_expired=accept).refresh()
            return
        except Expired as error:
            suggested = timedelta(days=int(error.hint.partition("-expired ")[2].partition("d")[0]))
            assert suggested > accept
            accept = suggested
    raise AssertionError("the hints lead nowhere")


def test_a_clock_is_suspected_only_when_even_the_root_has_ended(
    feed: FeedMaker, tmp_path: Path
) -> None:
    feed.publish(package())
    feed.clock.pass_days(400)
    with pytest.raises(Expired) as caught:
        reader_of(feed, tmp_path / "state").refresh()
    assert "clock" not in caught.value.message
    feed.clock.pass_days(5 * 365)
    with pytest.raises(Expired, match="clock, 2032") as caught:
        reader_of(feed, tmp_path / "state").refresh()
    assert caught.value.fields["clock_suspected"] is True


def test_errors_of_the_way_there_pass_through(feed: FeedMaker, tmp_path: Path) -> None:
    feed.publish(package())
    for fault in (TimedOut("the feed", 3), HttpStatus("https://feed", 500)):

        def fetch(path: str, limit: int, /, fault: Exception = fault) -> bytes:
            raise fault

        with pytest.raises(type(fault)) as caught:
            reader_of(feed, tmp_path / "state", fetch=fetch).refresh()
        assert caught.value is fault


def test_object_stores_that_answer_403_for_an_absent_root_are_read(
    feed: FeedMaker, tmp_path: Path
) -> None:
    feed.publish(package())
    inner = folder_fetch(feed.path)

    def fetch(path: str, limit: int, /) -> bytes:
        if path == "trust/2.root.json":
            raise HttpStatus(path, 403)
        return inner(path, limit)

    assert reader_of(feed, tmp_path / "state", fetch=fetch).refresh().version == 1


def test_a_feed_of_a_newer_major_format_is_refused(feed: FeedMaker, tmp_path: Path) -> None:
    feed.publish(package())
    republish(
        feed, 2, lambda targets: targets.unrecognized_fields["imageferry"].update(format="2.0")
    )
    with pytest.raises(NotSupported, match=r"format 2\.0"):
        reader_of(feed, tmp_path / "state").refresh()


def _shard(targets: Targets) -> TargetFile:
    return targets.targets["shards/00.json"]


LISTS: dict[str, Callable[[Targets], object]] = {
    "no field": lambda targets: targets.unrecognized_fields.clear(),
    "no time": lambda targets: targets.unrecognized_fields["imageferry"].update(published="now"),
    "no shard": lambda targets: targets.targets.pop("shards/7f.json"),
    "no sha256": lambda targets: _shard(targets).hashes.update(sha256="00"),
    "other hash": lambda targets: setattr(_shard(targets), "hashes", {"md5": "0"}),
    "too large": lambda targets: setattr(_shard(targets), "length", 1 << 40),
}


@pytest.mark.parametrize("edit", LISTS.values(), ids=LISTS)
def test_a_list_that_breaks_the_format_is_refused_though_signed(
    feed: FeedMaker, tmp_path: Path, edit: Callable[[Targets], object]
) -> None:
    feed.publish(package())
    republish(feed, 2, edit)
    with pytest.raises(DocumentError):
        reader_of(feed, tmp_path / "state").refresh()


def test_a_list_of_a_newer_minor_format_is_read(feed: FeedMaker, tmp_path: Path) -> None:
    feed.publish(package())
    republish(
        feed,
        2,
        lambda targets: targets.unrecognized_fields["imageferry"].update(format="1.9", mood="good"),
    )
    assert reader_of(feed, tmp_path / "state").refresh().version == 2


def test_a_state_that_cannot_be_written_is_a_store_error(feed: FeedMaker, tmp_path: Path) -> None:
    feed.publish(package())
    (tmp_path / "state").write_bytes(b"a file")
    reader = TrustReader(
        folder_fetch(feed.path), tmp_path / "state", feed.roots[0], clock=feed.clock
    )
    with pytest.raises(StoreError):
        reader.refresh()
