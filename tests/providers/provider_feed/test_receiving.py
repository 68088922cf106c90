"""Installing from a feed: bytes as they were published, with what refers to them and vouches."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from feed_format import open_publisher
from provider_core import Host, Settings
from provider_core.errors import (
    BlobNotFound,
    DigestMismatch,
    HttpStatus,
    NotSupported,
    PackageNotFound,
)
from provider_core.oci import Descriptor
from provider_core.oci.layout import blob_path
from provider_core.operations.wishes import Wishes
from provider_core.platforms import PlatformSet
from provider_core.testing.fault_server import FaultServer
from provider_feed import FeedProvider
from provider_feed.evidence_artifact import held_evidence

from ...feeds.feed_format.feeds import FeedMaker
from ...support.images import AMD64, ARM64, make_artifact, make_image, make_index, make_referrer
from ...support.published import FolderFiles, fingerprint, offer, publish_image

IMAGE = make_image("base", "top")
SIGNATURE = make_referrer(IMAGE.root, b"signed")
ELSEWHERE = make_referrer(make_image("something else").root, b"not about it")


@pytest.fixture
def feed(tmp_path: Path) -> FeedMaker:
    feed = FeedMaker(path=tmp_path / "feed").create()
    publish_image(feed, "Tool", "1.0", IMAGE, SIGNATURE, ELSEWHERE)
    return feed


@pytest.fixture(params=["folder", "web"])
def place(feed: FeedMaker, request: pytest.FixtureRequest) -> Iterator[str]:
    with FaultServer(FolderFiles(feed.path)) as server:
        yield str(feed.path) if request.param == "folder" else server.url("")


@pytest.fixture
def host(tmp_path: Path, feed: FeedMaker, place: str) -> Iterator[Host]:
    settings = Settings(plugins=False)
    home = tmp_path / "home"
    with Host(home, providers=[FeedProvider], settings=settings, clock=feed.clock) as host:
        host.add_source("a", place, options={"fingerprint": fingerprint(feed)})
        yield host


def test_every_byte_is_what_was_published(host: Host) -> None:
    (image,) = host.install("tool").installed
    for digest, data in IMAGE.blobs.items():
        assert host.store.read(Descriptor(media_type="x/y", digest=digest, size=len(data))) == data
    assert (image.name, image.version, image.publisher) == ("Tool", "1.0", "Example")
    assert host.check_store() == ()


def test_what_refers_to_it_comes_along_and_nothing_else(host: Host) -> None:
    (image,) = host.install("tool").installed
    assert [one.digest for one in image.content.referrers] == [SIGNATURE.root.digest]
    assert not host.store.has(ELSEWHERE.root)


def test_the_publishers_signatures_are_kept(host: Host, feed: FeedMaker) -> None:
    (image,) = host.install("tool").installed
    evidence = held_evidence(image.content.evidence[0], host.store)
    own = {path for path in evidence.files if path.startswith("trust/publishers/")}
    names = {path.rpartition("/")[2] for path in own}
    assert {"1.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"} <= names
    assert (
        evidence.files[next(path for path in own if path.endswith("timestamp.json"))]
        == (feed.path / "trust/timestamp.json").read_bytes()
    )
    host.uninstall("tool")
    host.collect(grace=0)
    assert list(host.store.blobs()) == []


def test_of_several_platforms_the_wanted_one_comes(host: Host, feed: FeedMaker) -> None:
    one, other = make_image("one", platform=AMD64), make_image("other", platform=ARM64)
    publish_image(feed, "both", "1.0", make_index(one, other))
    host.refresh()
    wishes = Wishes(platforms=PlatformSet.of(ARM64))
    (image,) = host.install("both", wishes=wishes).installed
    assert [str(platform) for platform in image.platforms] == ["linux/arm64"]
    assert not host.store.has(one.root)


def test_a_feed_may_have_a_part_of_an_index(host: Host, feed: FeedMaker) -> None:
    one, other = make_image("one", platform=AMD64), make_image("other", platform=ARM64)
    publish_image(feed, "both", "1.0", make_index(one, other))
    for blob in other.blobs:
        (feed.path / blob_path(blob)).unlink()
    host.refresh()
    (image,) = host.install("both", wishes=Wishes(platforms=PlatformSet.all())).installed
    assert [str(platform) for platform in image.platforms] == ["linux/amd64"]
    with pytest.raises(NotSupported):
        host.install("both", wishes=Wishes(platforms=PlatformSet.of(ARM64), force=True))


def test_an_artifact_installs_as_itself(host: Host, feed: FeedMaker) -> None:
    artifact = make_artifact(b"a chart", "application/x-chart")
    publish_image(feed, "chart", "1.0", artifact)
    host.refresh()
    (image,) = host.install("chart").installed
    assert image.content.root == artifact.root
    assert image.platforms == ()


def test_a_plan_knows_every_byte(host: Host) -> None:
    (step,) = host.plan_install("tool").steps
    blobs = sum(map(len, IMAGE.blobs.values()))
    assert (step.fetch, step.here, step.pulls, step.exact) == (blobs, 0, 0, True)
    assert list(host.store.blobs()) == []


def test_what_was_withdrawn_since_is_not_installed(host: Host, feed: FeedMaker) -> None:
    plan = host.plan_install("tool")
    with open_publisher(feed.path, [feed.online], clock=feed.clock) as publisher:
        publisher.remove("tool")
        publisher.publish()
    assert plan.steps
    with pytest.raises(PackageNotFound):
        host.install("tool", wishes=Wishes(source="a"))
    assert host.list() == ()


def test_a_version_that_was_published_anew_is_what_is_there_now(
    host: Host, feed: FeedMaker
) -> None:
    host.refresh()
    anew = make_image("anew")
    publish_image(feed, "Tool", "1.0", anew)
    host.refresh()
    (image,) = host.install("tool").installed
    assert image.content.root == offer("Tool", "1.0", anew).pin


def test_a_damaged_and_a_missing_blob(host: Host, feed: FeedMaker) -> None:
    layer = feed.path / blob_path(IMAGE.manifest.layers[1].digest)
    whole = layer.read_bytes()
    layer.write_bytes(bytes(len(whole)))
    with pytest.raises(DigestMismatch):
        host.install("tool")
    layer.unlink()
    with pytest.raises((BlobNotFound, HttpStatus)):
        host.install("tool")
    assert host.list() == ()
    layer.write_bytes(whole)
    assert host.install("tool").installed
    assert host.check_store() == ()
