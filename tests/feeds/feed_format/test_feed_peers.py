"""Other people's tools read a feed: skopeo as an image layout, python-tuf's own client as TUF."""

from __future__ import annotations

from pathlib import Path

import pytest
from tuf.ngclient import Updater, UpdaterConfig

from feed_format import folder_fetch, open_publisher
from feed_format.tuf_client import TufFetcher
from provider_core.platforms import Platform
from provider_core.store import put
from provider_core.testing import MemoryStore

from ...peers.tools import skopeo_copy, skopeo_inspect
from ...support.images import AMD64, ARM64, SmallImage, make_image, make_index
from .feeds import FeedMaker, package


def _publish(feed: FeedMaker, *offers: tuple[str, str, SmallImage, Platform | None]) -> None:
    store = MemoryStore()
    writer = store.writer(store.lease())
    for _, _, image, _ in offers:
        for data in image.blobs.values():
            put(writer, data, "application/x")
    with open_publisher(feed.path, [feed.online], clock=feed.clock) as publisher:
        publisher.add(
            [
                package(name, version, pin=image.root, platform=platform)
                for name, version, image, platform in offers
            ],
            reader=store,
            blobs=store.reach([image.root for _, _, image, _ in offers]),
        )
        publisher.publish()


@pytest.mark.peer("skopeo")
def test_skopeo_copies_an_image_out_of_a_feed(feed: FeedMaker, tmp_path: Path) -> None:
    image = make_image("base", "top")
    index = make_index(make_image("a", platform=AMD64), make_image("b", platform=ARM64))
    _publish(feed, ("Team/Tool", "1.0", image, None), ("many", "2", index, None))
    skopeo_copy(f"oci:{feed.path}:team/tool:1.0", f"dir:{tmp_path / 'copy'}")
    assert (tmp_path / "copy" / image.manifest.config.digest.hex).exists()
    raw = skopeo_inspect(f"oci:{feed.path}:many:2", "--raw")
    assert len(raw["manifests"]) == 2


@pytest.mark.peer("skopeo")
def test_skopeo_chooses_among_platforms_that_were_published_apart(
    feed: FeedMaker, tmp_path: Path
) -> None:
    amd, arm = make_image("a", platform=AMD64), make_image("b", platform=ARM64)
    _publish(feed, ("tool", "1", amd, AMD64), ("tool", "1", arm, ARM64))
    skopeo_copy(f"oci:{feed.path}:tool:1", f"dir:{tmp_path / 'copy'}", "--override-arch", "arm64")
    assert (tmp_path / "copy" / arm.manifest.config.digest.hex).exists()


def test_any_tuf_client_reads_the_trust_of_a_feed(feed: FeedMaker, tmp_path: Path) -> None:
    _publish(feed, ("tool", "1.0", make_image("a"), None))
    for name in ("metadata", "targets"):
        (tmp_path / name).mkdir()
    updater = Updater(
        str(tmp_path / "metadata"),
        "trust",
        str(tmp_path / "targets"),
        "trust/targets",
        fetcher=TufFetcher(folder_fetch(feed.path)),
        config=UpdaterConfig(),
        bootstrap=feed.roots[0],
    )
    updater._trusted_set.reference_time = feed.clock.now
    for number in range(256):
        info = updater.get_targetinfo(f"shards/{number:02x}.json")
        assert info is not None
        if info.length > 30:
            assert b"tool" in Path(updater.download_target(info)).read_bytes()
            return
    raise AssertionError("no shard has the name")
