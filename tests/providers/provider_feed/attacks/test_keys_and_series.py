"""Whose keys count, through every rotation, and which bundle of which series is taken."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from feed_format import (
    SERIES_TARGET,
    SigningKey,
    fingerprint_of,
    open_publisher,
    read_key,
    roles_of,
    rotate,
    show_fingerprint,
)
from provider_core import Host, Wishes
from provider_core.errors import IntegrityError, Rollback, SignatureError, Untrusted

from ....feeds.feed_format.feeds import FeedMaker, online_roles
from ....support.published import fingerprint, publish_image
from .sides import TOOLS, Homes, refused, seen


def next_keys(feed: FeedMaker) -> None:
    """Replace both keys of *feed*."""
    old, feed.root_key, feed.online = feed.root_key, SigningKey.generate(), SigningKey.generate()
    root = feed.following(online_roles(feed.root_key, feed.online), old, feed.root_key)
    rotate(feed.path, root, [feed.online], clock=feed.clock)


@pytest.fixture
def stranger(tmp_path: Path, feed: FeedMaker) -> FeedMaker:
    """Return a feed of somebody else, with the same names."""
    stranger = FeedMaker(path=tmp_path / "stranger", clock=feed.clock).create()
    publish_image(stranger, "tool", "1.1", TOOLS["1.1"])
    publish_image(stranger, "tool", "9.0", TOOLS["2.0"])
    return stranger


def test_another_feed_in_its_place_is_a_matter_of_trust(
    feed: FeedMaker, place: str, stranger: FeedMaker, homes: Homes
) -> None:
    host = homes.knowing(feed, place)
    feed.path.rename(feed.path.with_name("true"))
    stranger.path.rename(feed.path)
    with refused(host, Untrusted, code=2):
        host.refresh("lab")
    with refused(host, Untrusted, code=2):
        host.install("tool==1.1")
    with refused(homes("new"), Untrusted, code=2):
        homes.knowing(feed, place, "new")
    feed.path.rename(stranger.path)
    feed.path.with_name("true").rename(feed.path)
    host.install("tool==1.1")


def test_what_strangers_signed_is_refused(
    feed: FeedMaker, place: str, stranger: FeedMaker, homes: Homes
) -> None:
    """All files but the root are the stranger's, in their right places."""
    host = homes.knowing(feed, place)
    original = (feed.path / "trust" / "timestamp.json").read_bytes()
    for path in (stranger.path / "trust").rglob("*.json"):
        if "root" not in path.name and path.parent.name == "trust":
            (feed.path / "trust" / path.name).write_bytes(path.read_bytes())
    with refused(host, SignatureError):
        host.refresh("lab")
    (feed.path / "trust" / "timestamp.json").write_bytes(original)
    host.install("tool==1.1")


def test_three_rotations_are_followed(feed: FeedMaker, place: str, homes: Homes) -> None:
    patient, absent = homes.knowing(feed, place, "patient"), homes.knowing(feed, place, "absent")
    for version in range(3):
        next_keys(feed)
        publish_image(feed, "tool", f"{version + 3}.0", TOOLS["2.0"])
        patient.refresh("lab")
    for host in (patient, absent, homes.knowing(feed, place, "new")):
        host.refresh("lab")
        assert host.find("tool").packages[0].version == "5.0"
        host.install("tool==5.0")


def test_a_root_of_the_middle_may_be_pinned(
    feed: FeedMaker, place: str, homes: Homes, tmp_path: Path
) -> None:
    for _ in range(3):
        next_keys(feed)
    root = tmp_path / "root.json"
    root.write_bytes(feed.roots[2])
    host = homes()
    source = host.add_source("lab", place, provider="feed", options={"root": str(root)})
    assert source.options["root-version"] == "3"
    assert source.options["fingerprint"] == show_fingerprint(fingerprint_of(feed.roots[2]))
    host.install("tool==1.1")


@pytest.mark.parametrize("missing", [2, 3])
def test_a_rotation_that_is_missing_breaks_the_chain(
    feed: FeedMaker, place: str, homes: Homes, missing: int
) -> None:
    host = homes.knowing(feed, place)
    for _ in range(2):
        next_keys(feed)
    publish_image(feed, "tool", "2.0", TOOLS["2.0"])
    root = feed.path / "trust" / f"{missing}.root.json"
    data = root.read_bytes()
    root.unlink()
    with refused(host, SignatureError):
        host.refresh("lab")
    root.write_bytes(data)
    host.refresh("lab")
    host.install("tool==2.0")


def test_the_old_key_is_worth_nothing_after_a_rotation(
    feed: FeedMaker, place: str, homes: Homes
) -> None:
    stolen = FeedMaker(path=feed.path, clock=feed.clock, root_key=feed.root_key, online=feed.online)
    stolen.roots = list(feed.roots)
    next_keys(feed)
    host = homes.knowing(feed, place)
    good = (feed.path / "trust" / "2.root.json").read_bytes()
    forged = stolen.following(roles_of(feed.roots[0]), stolen.root_key)
    (feed.path / "trust" / "3.root.json").write_bytes(
        forged.replace(b'"version":2', b'"version":3')
    )
    with refused(host, SignatureError):
        host.refresh("lab")
    (feed.path / "trust" / "3.root.json").unlink()
    assert (feed.path / "trust" / "2.root.json").read_bytes() == good
    host.install("tool==1.1")


# bundles ----------------------------------------------------------------------------------


def bundle_of(near: Host, path: Path, *requests: str, series: str = "") -> Path:
    """Save *requests* as a bundle."""
    options = {"series": series} if series else {}
    near.save(*requests, to=str(path), wishes=Wishes(options=options))
    return path


@pytest.fixture
def near(feed: FeedMaker, homes: Homes) -> Host:
    """Return the home that makes the bundles."""
    return homes.knowing(feed, str(feed.path), "near")


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """Give where a stick is put on the far side."""
    return tmp_path / "stick"


def plugged(stick: Path, bundle: Path) -> None:
    """Put the stick with *bundle* in place of the one that is there."""
    stick.unlink(missing_ok=True)
    stick.symlink_to(bundle)


def far_side(homes: Homes, stick: Path, **options: str) -> Host:
    """Return a home that pinned the courier of the stick that is in."""
    host = homes("far")
    root = str(stick / "trust" / "root.json")
    host.add_source("stick", str(stick), provider="feed", options={"root": root, **options})
    return host


def test_another_series_is_refused_and_the_right_one_works_afterwards(
    near: Host, feed: FeedMaker, homes: Homes, stick: Path, tmp_path: Path
) -> None:
    first = bundle_of(near, tmp_path / "first", "tool==1.0", series="plant-7")
    feed.clock.pass_days(1)
    other = bundle_of(near, tmp_path / "other", "tool==1.0", "tool==1.1", series="plant-8")
    feed.clock.pass_days(1)
    second = bundle_of(near, tmp_path / "second", "tool==1.1", series="plant-7")
    plugged(stick, first)
    host = far_side(homes, stick)
    plugged(stick, other)
    for act in (lambda: host.refresh("stick"), lambda: host.install("tool==1.1")):
        with refused(host, IntegrityError) as caught:
            act()
        assert "plant-8" in caught.value.message
    plugged(stick, second)
    assert host.install("tool==1.1").installed


def test_the_series_can_be_said_before_the_first_bundle(
    near: Host, homes: Homes, stick: Path, tmp_path: Path
) -> None:
    plugged(stick, bundle_of(near, tmp_path / "other", "tool==1.0", series="plant-8"))
    host = homes("far")
    with refused(host, IntegrityError):
        far_side(homes, stick, series="plant-7")
    assert not [row for row in host.sources() if not row.builtin]
    plugged(stick, bundle_of(near, tmp_path / "right", "tool==1.0", series="plant-7"))
    assert far_side(homes, stick, series="plant-7").install("tool==1.0").installed


def test_a_series_does_not_go_back(
    near: Host, feed: FeedMaker, homes: Homes, stick: Path, tmp_path: Path
) -> None:
    old = bundle_of(near, tmp_path / "old", "tool==1.0", series="plant-7")
    feed.clock.pass_days(1)
    new = bundle_of(near, tmp_path / "new", "tool==1.1", series="plant-7")
    plugged(stick, new)
    host = far_side(homes, stick)
    plugged(stick, old)
    with refused(host, Rollback):
        host.refresh("stick")
    plugged(stick, new)
    assert host.install("tool==1.1").installed


def test_a_feed_without_a_series_is_no_bundle_of_one(
    near: Host, homes: Homes, stick: Path, tmp_path: Path
) -> None:
    bundle = bundle_of(near, tmp_path / "bundle", "tool==1.0", series="plant-7")
    plugged(stick, bundle)
    host = far_side(homes, stick)
    courier = read_key(near.home.folder("keys") / "courier.pem")
    with open_publisher(bundle, [courier], clock=homes.clock) as publisher:
        publisher.set_file(SERIES_TARGET, None)
        publisher.publish()
    with refused(host, IntegrityError):
        host.refresh("stick")


def test_a_tampered_bundle_spoils_nothing(
    near: Host, feed: FeedMaker, homes: Homes, stick: Path, tmp_path: Path
) -> None:
    plugged(stick, bundle_of(near, tmp_path / "first", "tool==1.0", series="plant-7"))
    host = far_side(homes, stick)
    feed.clock.pass_days(1)
    second = bundle_of(near, tmp_path / "second", "tool==1.1", series="plant-7")
    plugged(stick, second)
    for path in sorted((second / "trust").rglob("*.json")):
        if "publishers" in path.parts or path.name == "root.json":
            continue
        data = path.read_bytes()
        path.write_bytes(data.replace(b"e", b"f", 1))
        if path.name == "1.root.json":  # whose fingerprint is another one now
            with refused(host, Untrusted, code=2):
                host.refresh("stick")
        else:
            with refused(host, IntegrityError):
                host.refresh("stick")
        path.write_bytes(data)
    assert host.install("tool==1.1").installed


def test_a_rebuilt_near_side_does_not_fall_behind(
    near: Host, feed: FeedMaker, homes: Homes, stick: Path, tmp_path: Path
) -> None:
    plugged(stick, bundle_of(near, tmp_path / "first", "tool==1.0", series="plant-7"))
    host = far_side(homes, stick)
    feed.clock.now += timedelta(hours=1)
    rebuilt = homes.knowing(feed, str(feed.path), "rebuilt")
    keys = rebuilt.home.folder("keys")
    for key in near.home.folder("keys").iterdir():
        (keys / key.name).write_bytes(key.read_bytes())
        (keys / key.name).chmod(0o600)
    plugged(stick, bundle_of(rebuilt, tmp_path / "second", "tool==1.1", series="plant-7"))
    assert host.install("tool==1.1").installed


def test_evidence_that_was_changed_is_refused_by_who_pinned_the_publisher(
    near: Host, feed: FeedMaker, homes: Homes, tmp_path: Path
) -> None:
    bundle = bundle_of(near, tmp_path / "bundle", "tool==1.1")
    evidence = bundle / "trust" / "publishers" / fingerprint_of(feed.roots[0]).hex
    files = sorted(path for path in evidence.rglob("*.json") if path.name != "1.root.json")
    assert len(files) == 4
    for number, path in enumerate(files):
        host, data = homes(f"far-{number}"), path.read_bytes()
        path.write_bytes(data.replace(b"a", b"b", 1))
        with refused(host, IntegrityError):
            host.add_source(
                "stick", str(bundle), provider="feed", options={"fingerprint": fingerprint(feed)}
            )
        path.write_bytes(data)
    host = homes("far")
    host.add_source(
        "stick", str(bundle), provider="feed", options={"fingerprint": fingerprint(feed)}
    )
    assert host.install("tool==1.1").installed[0].package.pin == TOOLS["1.1"].root
    assert seen(host).installed
