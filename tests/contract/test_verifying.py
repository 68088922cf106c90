"""`verify`: a medium is read to its last byte, everything wrong is told, nothing is imported."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from provider_core.errors import NoSuchFile, NotSupported
from provider_core.oci.layout import blob_path

from ..feeds.feed_format.feeds import FeedMaker
from ..support.archives import docker_archive, oci_archive, write_layout
from ..support.images import make_image
from ..support.published import fingerprint, publish_image
from .hosts import Homes

IMAGE = make_image("base", "top")
OTHER = make_image("other")


def _flip(path: Path, at: int = -1) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 0xFF
    path.write_bytes(data)


@pytest.fixture
def feed(tmp_path: Path) -> FeedMaker:
    feed = FeedMaker(path=tmp_path / "feed").create()
    publish_image(feed, "Tool", "1.0", IMAGE)
    publish_image(feed, "other", "2.0", OTHER)
    return feed


def test_a_feed_says_who_signed_it_and_until_when(homes: Homes, feed: FeedMaker) -> None:
    host = homes(clock=feed.clock)
    (verdict,) = host.verify(str(feed.path))
    assert (verdict.kind, verdict.problems, verdict.known_as) == ("feed", (), ())
    assert set(verdict.contents) == {"Tool 1.0", "other 2.0"}
    assert verdict.signed_by == fingerprint(feed)
    assert verdict.until == (feed.clock.now + feed.lives.timestamp).isoformat(timespec="seconds")
    assert verdict.size == sum(map(len, {**IMAGE.blobs, **OTHER.blobs}.values()))
    host.add_source("lab", str(feed.path), options={"fingerprint": fingerprint(feed)})
    assert host.verify(str(feed.path))[0].known_as == ("lab",)
    assert list(host.store.blobs()) == []


def test_everything_that_is_wrong_is_told(homes: Homes, feed: FeedMaker) -> None:
    layers = [layer.digest for layer in IMAGE.manifest.layers]
    _flip(feed.path / blob_path(layers[0]))
    (feed.path / blob_path(layers[1])).unlink()
    _flip(feed.path / blob_path(OTHER.root.digest))
    feed.clock.pass_days(31)
    (verdict,) = homes(clock=feed.clock).verify(str(feed.path))
    for part in ("its signatures ended", f"{layers[0]} is damaged", f"{layers[1]} is missing"):
        assert any(part in problem for problem in verdict.problems)
    assert any(str(OTHER.root.digest) in problem for problem in verdict.problems)


@pytest.mark.parametrize("name", ["timestamp.json", "2.snapshot.json", "2.targets.json"])
def test_a_signed_file_that_was_changed(homes: Homes, feed: FeedMaker, name: str) -> None:
    _flip(feed.path / "trust" / name, -40)
    (verdict,) = homes(clock=feed.clock).verify(str(feed.path))
    assert len(verdict.problems) == 1


def _shard(feed: Path) -> Path:
    return min((feed / "trust/targets/shards").iterdir())


def _document(feed: Path) -> Path:
    blobs = (feed / "blobs/sha256").iterdir()
    return next(path for path in blobs if b'"versions"' in path.read_bytes())


def _series(feed: Path) -> Path:
    (path,) = (feed / "trust/targets").glob("*.series.json")
    return path


def _pointer(feed: Path) -> Path:
    return feed / "trust/timestamp.json"


def _publishers_list(feed: Path) -> Path:
    (path,) = feed.glob("trust/publishers/*/*.targets.json")
    return path


def _publishers_shard(feed: Path) -> Path:
    (path,) = feed.glob("trust/publishers/*/targets/shards/*")
    return path


@pytest.mark.parametrize(
    "chosen", [_shard, _document, _series, _pointer, _publishers_list, _publishers_shard]
)
def test_a_signed_file_that_is_missing_or_cut_is_told_of(
    homes: Homes, feed: FeedMaker, tmp_path: Path, chosen: Callable[[Path], Path]
) -> None:
    host, bundle = homes(clock=feed.clock), tmp_path / "bundle"
    host.add_source("lab", str(feed.path), options={"fingerprint": fingerprint(feed)})
    host.save("tool", to=str(bundle))
    assert host.verify(str(bundle))[0].problems == ()
    (bundle / "SHA256SUMS").unlink()  # it would tell too
    path = chosen(bundle)
    path.write_bytes(path.read_bytes()[:-1])
    assert host.verify(str(bundle))[0].problems
    path.unlink()
    is_optional = chosen is _publishers_shard  # evidence says less without it, and nothing wrong
    assert bool(host.verify(str(bundle))[0].problems) is not is_optional


@pytest.mark.parametrize("name", ["index.json", "oci-layout", "trust/root.json", "SHA256SUMS"])
def test_a_file_that_nobody_signs_is_held_against_the_checksums(
    homes: Homes, feed: FeedMaker, tmp_path: Path, name: str
) -> None:
    host, bundle = homes(clock=feed.clock), tmp_path / "bundle"
    host.add_source("lab", str(feed.path), options={"fingerprint": fingerprint(feed)})
    host.save("tool", to=str(bundle))
    _flip(bundle / name, 20)
    (verdict,) = host.verify(str(bundle))
    (problem,) = verdict.problems
    assert (name if name != "SHA256SUMS" else "is damaged") in problem


@pytest.mark.parametrize("form", ["oci", "docker", "layout"])
def test_archives_and_layouts(homes: Homes, tmp_path: Path, form: str) -> None:
    path = tmp_path / "images.tar"
    if form == "oci":
        path.write_bytes(oci_archive(("Tool:1.0", IMAGE), ("other:2.0", OTHER)))
    elif form == "docker":
        path.write_bytes(docker_archive((["tool:1.0"], IMAGE), (["other:2.0"], OTHER)))
    else:
        path = write_layout(tmp_path / "layout", ("Tool:1.0", IMAGE), ("other:2.0", OTHER))
    host = homes()
    (verdict,) = host.verify(str(path))
    assert verdict.problems == ()
    assert len(verdict.contents) == 2
    assert verdict.signed_by == ""
    assert list(host.store.blobs()) == []
    damaged = path if path.is_file() else path / blob_path(IMAGE.manifest.layers[1].digest)
    needle = b"top" if form == "docker" else IMAGE.blobs[IMAGE.manifest.layers[1].digest][-24:]
    data = damaged.read_bytes()
    assert needle in data
    damaged.write_bytes(data.replace(needle, bytes(len(needle))))
    (verdict,) = host.verify(str(path))
    assert len(verdict.problems) == 1
    assert list(host.store.blobs()) == []


def test_a_home(homes: Homes, feed: FeedMaker) -> None:
    host = homes(clock=feed.clock)
    host.add_source("lab", str(feed.path), options={"fingerprint": fingerprint(feed)})
    host.install("tool")
    asking = homes(name="asking")
    (verdict,) = asking.verify(str(host.home.root))
    assert (verdict.kind, verdict.problems, verdict.contents) == ("home", (), ("Tool 1.0",))
    blob = host.home.store / blob_path(IMAGE.manifest.layers[0].digest)
    os.chmod(blob, 0o600)
    _flip(blob)
    assert asking.verify(str(host.home.root))[0].problems


def test_several_at_once(homes: Homes, feed: FeedMaker, tmp_path: Path) -> None:
    archive = tmp_path / "images.tar"
    archive.write_bytes(oci_archive(("Tool:1.0", IMAGE)))
    verdicts = homes(clock=feed.clock).verify(str(archive), str(feed.path))
    assert [verdict.kind for verdict in verdicts] == ["archive file", "feed"]


def test_a_place_that_is_not_there_is_told_before_anything_is_read(
    homes: Homes, feed: FeedMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []
    monkeypatch.setattr("provider_core.operations.verify.forget_cached", read.append)
    with pytest.raises(NoSuchFile):
        homes(clock=feed.clock).verify(str(feed.path), str(tmp_path / "absent"))
    assert read == []


def test_what_cannot_be_verified(homes: Homes, tmp_path: Path) -> None:
    for name in ("absent", "long" * 100):
        with pytest.raises(NoSuchFile):
            homes().verify(str(tmp_path / name))
    (tmp_path / "text").write_text("hello")
    with pytest.raises(NotSupported):
        homes().verify(str(tmp_path / "text"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without named pipes")
def test_a_pipe_is_refused_without_waiting(homes: Homes, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for ask in (homes().verify, homes().install):
        with pytest.raises(NotSupported, match="is a pipe"):
            ask(str(tmp_path / "pipe"))
