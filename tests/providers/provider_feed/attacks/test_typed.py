"""What somebody who types sees of it: exit codes, and which flag helps."""

from __future__ import annotations

from pathlib import Path

import pytest

from ....feeds.feed_format.feeds import Clock, FeedMaker
from ....provider_core.cli.running import NOW, Ferry
from ....support.published import fingerprint, publish_image
from .sides import TOOLS


@pytest.fixture
def ferry(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Ferry:
    """Return a ferry with an empty home, whose clock stands."""
    return Ferry(tmp_path / "home", capsys)


@pytest.fixture
def feed(tmp_path: Path) -> FeedMaker:
    """Return a feed that is published now."""
    feed = FeedMaker(path=tmp_path / "feed", clock=Clock(NOW)).create()
    publish_image(feed, "tool", "1.1", TOOLS["1.1"])
    return feed


def lines(ferry: Ferry) -> list[str]:
    """Return the names that are installed."""
    return [row["name"] for row in ferry("list", "--json").rows]


def test_a_pinned_feed_installs(ferry: Ferry, feed: FeedMaker) -> None:
    added = ferry("source", "add", "lab", str(feed.path), "--fingerprint", fingerprint(feed))
    assert added.code == 0
    assert ferry("install", "tool").code == 0
    assert lines(ferry) == ["tool"]


def test_without_a_pin_it_is_named_and_not_used(ferry: Ferry, feed: FeedMaker) -> None:
    added = ferry("source", "add", "lab", str(feed.path))
    assert added.code == 0
    assert fingerprint(feed) in added.err
    assert "untrusted" in ferry("source", "list").out
    bundle = str(feed.path.with_name("bundle"))
    for command in (["find", "tool"], ["install", "tool"], ["save", "tool", "--to", bundle]):
        ran = ferry(*command)
        assert (ran.code, ran.out) == (2, "")
        assert "--allow-untrusted" in ran.err
    assert lines(ferry) == []
    assert ferry("install", "tool", "--allow-untrusted").code == 0
    assert lines(ferry) == ["tool"]


def test_another_fingerprint_is_exit_code_2(ferry: Ferry, feed: FeedMaker) -> None:
    wrong = " ".join(["0000"] * 16)
    ran = ferry("source", "add", "lab", str(feed.path), "--fingerprint", wrong)
    assert ran.code == 2
    assert fingerprint(feed) in ran.err
    assert ferry("source", "list", "--json").rows[0]["name"] != "lab"


def test_a_blob_that_was_changed_is_exit_code_4(ferry: Ferry, feed: FeedMaker) -> None:
    ferry("source", "add", "lab", str(feed.path), "--fingerprint", fingerprint(feed))
    layer = feed.path / "blobs" / "sha256" / TOOLS["1.1"].manifest.layers[-1].digest.hex
    layer.write_bytes(layer.read_bytes()[::-1])
    ran = ferry("install", "tool")
    assert (ran.code, ran.out) == (4, "")
    assert lines(ferry) == []
    assert ferry("store", "check").code == 0


def test_what_has_ended_is_exit_code_4_and_the_flag_that_is_named_helps(
    ferry: Ferry, tmp_path: Path
) -> None:
    clock = Clock(NOW)
    clock.pass_days(-33)
    feed = FeedMaker(path=tmp_path / "old", clock=clock).create()
    publish_image(feed, "tool", "1.1", TOOLS["1.1"])
    add = ["source", "add", "lab", str(feed.path), "--fingerprint", fingerprint(feed)]
    ran = ferry(*add)
    assert ran.code == 4
    assert "the role timestamp" in ran.err
    assert "3 days ago" in ran.err
    flags = ["--accept-expired", "4d"]
    assert " ".join(flags) in ran.err
    assert ferry(*add, *flags).code == 0
    assert ferry("install", "tool").code == 0
    row = next(row for row in ferry("source", "list", "--json").rows if row["name"] == "lab")
    assert row["options"]["accept-expired"] == "4d"


def test_the_flag_helps_for_a_folder_that_is_named(ferry: Ferry, tmp_path: Path) -> None:
    clock = Clock(NOW)
    clock.pass_days(-33)
    feed = FeedMaker(path=tmp_path / "old", clock=clock).create()
    publish_image(feed, "tool", "1.1", TOOLS["1.1"])
    install = ["install", str(feed.path), "--fingerprint", fingerprint(feed)]
    assert ferry(*install).code == 4
    assert ferry(*install, "--accept-expired", "4d").code == 0
    assert lines(ferry) == ["tool"]
