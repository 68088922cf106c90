"""Feeds that go back, are held back, or are put together of several times."""

from __future__ import annotations

import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from provider_core import Wishes
from provider_core.errors import (
    DigestMismatch,
    Error,
    Expired,
    IntegrityError,
    Rollback,
    SizeMismatch,
)

from ....feeds.feed_format.feeds import FeedMaker
from ....support.published import fingerprint, publish_image
from .sides import ALL_VERSIONS, TOOLS, Homes, refused, seen, set_back

YEAR = timedelta(days=365)


def test_a_feed_does_not_go_back(feed: FeedMaker, place: str, homes: Homes, tmp_path: Path) -> None:
    go_back = set_back(feed, tmp_path / "before")
    publish_image(feed, "tool", "2.0", TOOLS["2.0"])
    go_on = set_back(feed, tmp_path / "now")
    host = homes.knowing(feed, place)
    go_back()
    with refused(host, Rollback):
        host.refresh("lab")
    with refused(host, Rollback):
        host.install("tool==1.1")
    go_on()
    host.install("tool==2.0")


def test_nor_under_another_name(feed: FeedMaker, place: str, homes: Homes, tmp_path: Path) -> None:
    """A source that is set anew with the same pin remembers what was seen."""
    go_back = set_back(feed, tmp_path / "before")
    publish_image(feed, "tool", "2.0", TOOLS["2.0"])
    host = homes.knowing(feed, place)
    go_back()
    with refused(host, Rollback):
        host.set_source("lab", options={"fingerprint": fingerprint(feed)})


def test_a_feed_that_is_held_back_is_told_by_role_and_age(
    feed: FeedMaker, place: str, homes: Homes
) -> None:
    host = homes.knowing(feed, place)
    feed.clock.pass_days(33)
    with refused(host, Expired) as caught:
        host.find("tool")
    assert "timestamp" in caught.value.message
    assert "3 days ago" in caught.value.message
    assert "--accept-expired 4d" in caught.value.hint  # 3d would have ended this very moment
    assert "clock" not in caught.value.message
    with refused(host, Expired):
        host.install("tool")
    host.set_source("lab", options={"accept-expired": "4d"})
    host.install("tool")
    feed.clock.pass_days(2)
    with refused(host, Expired):
        host.refresh("lab")
    feed.refresh()
    host.refresh("lab")


def test_a_host_whose_clock_is_wrong_is_suspected(
    feed: FeedMaker, place: str, homes: Homes
) -> None:
    feed.clock.pass_days(40 * 365)
    with pytest.raises(Expired, match="whether this host's clock, 2066-05-22, is right"):
        homes.knowing(feed, place)


def test_what_is_accepted_is_kept_with_the_source(
    feed: FeedMaker, place: str, homes: Homes
) -> None:
    feed.clock.pass_days(3 * 365)
    with pytest.raises(Expired) as caught:
        homes.knowing(feed, place, "strict")
    assert caught.value.fields["role"] == "timestamp"
    host = homes.knowing(feed, place, "lenient", **{"accept-expired": "3y"})
    assert host.sources()[0].source.options["accept-expired"] == "3y"
    host.install("tool==1.1")


def test_a_bundle_of_three_years_installs_in_an_empty_home(
    feed: FeedMaker, homes: Homes, tmp_path: Path
) -> None:
    near, bundle = homes.knowing(feed, str(feed.path), "near"), tmp_path / "bundle"
    near.save("tool==1.1", to=str(bundle), wishes=Wishes(options={"valid-for": "90d"}))
    pins = {"courier": (bundle / "trust" / "root.json"), "publisher": tmp_path / "publisher.json"}
    pins["publisher"].write_bytes(feed.roots[0])
    feed.clock.now += 3 * YEAR
    for who, root in pins.items():
        far = homes(f"far-{who}")
        for options in ({}, {"accept-expired": "90d"}):
            with refused(far, Expired):
                far.install(
                    str(bundle),
                    wishes=Wishes(options={"root": str(root), **options}),
                )
        wishes = Wishes(options={"root": str(root), "accept-expired": "3y"})
        (image,) = far.install(str(bundle), wishes=wishes).installed
        assert image.package.pin == TOOLS["1.1"].root
        assert far.check_store() == ()


@pytest.mark.parametrize("role", ["snapshot", "targets"])
def test_files_of_different_times_are_not_mixed(
    feed: FeedMaker, place: str, homes: Homes, role: str
) -> None:
    host = homes.knowing(feed, place)
    publish_image(feed, "tool", "2.0", TOOLS["2.0"])
    newest = feed.path / "trust" / f"3.{role}.json"
    data = newest.read_bytes()
    shutil.copyfile(feed.path / "trust" / f"2.{role}.json", newest)
    with refused(host, DigestMismatch):
        host.refresh("lab")
    newest.write_bytes(data)
    host.refresh("lab")
    host.install("tool==2.0")


def test_a_pointer_to_lists_that_are_not_there_yet(
    feed: FeedMaker, place: str, homes: Homes
) -> None:
    host = homes.knowing(feed, place)
    publish_image(feed, "tool", "2.0", TOOLS["2.0"])
    newest = feed.path / "trust" / "3.targets.json"
    data = newest.read_bytes()
    newest.unlink()
    with refused(host, IntegrityError):
        host.refresh("lab")
    newest.write_bytes(data)
    host.refresh("lab")
    host.install("tool==2.0")


@pytest.mark.parametrize(
    "name", ["timestamp.json", "3.snapshot.json", "3.targets.json", "2.root.json"]
)
def test_files_without_end_are_cut_off(
    feed: FeedMaker, place: str, homes: Homes, name: str
) -> None:
    host = homes.knowing(feed, place)
    publish_image(feed, "tool", "2.0", TOOLS["2.0"])
    file = feed.path / "trust" / name
    data = file.read_bytes() if file.exists() else None
    with file.open("wb") as endless:
        os.truncate(endless.fileno(), 8 << 20)  # the largest of them may have 5 MB
    with refused(host, SizeMismatch):
        host.refresh("lab")
    if data is None:
        file.unlink()
    else:
        file.write_bytes(data)
    host.refresh("lab")
    host.install("tool==2.0")


def test_what_left_the_feed_is_not_installed_from_memory(
    feed: FeedMaker, place: str, homes: Homes, tmp_path: Path
) -> None:
    """The offers of a catalog do not outlive what the feed says when it is asked."""
    host = homes.knowing(feed, place)
    (feed.path / "blobs" / "sha256" / TOOLS["1.1"].root.digest.hex).unlink()
    with refused(host, Error, code=3):
        host.install("tool==1.1")
    assert {one.version for one in host.find("tool", wishes=ALL_VERSIONS).packages} == {
        "1.0",
        "1.1",
    }
    assert seen(host).installed == frozenset()
