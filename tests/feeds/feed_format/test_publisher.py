from __future__ import annotations

import json
from pathlib import Path

import pytest

from feed_format import (
    FeedReader,
    FeedRoles,
    SigningKey,
    create_feed,
    discard_feed,
    first_root,
    folder_fetch,
    is_feed,
    open_publisher,
    roles_of,
    sign_root,
)
from provider_core.digests import Digest
from provider_core.errors import (
    BlobNotFound,
    Conflict,
    DigestMismatch,
    DocumentError,
    Exists,
    IntegrityError,
    Locked,
    NoSuchFile,
    PackageNotFound,
    SignatureError,
    UsageError,
)
from provider_core.oci.layout import blob_path
from provider_core.platforms import Platform
from provider_core.store import put
from provider_core.testing import MemoryStore

from ...support.images import SmallImage, make_image, make_referrer
from .feeds import FeedMaker, keys_of, package, reader_of


def _versions(feed: FeedMaker, name: str, state: Path) -> list[str]:
    trusted = reader_of(feed, state).refresh()
    document = FeedReader(folder_fetch(feed.path), trusted, state).find(name)
    return [one.version for one in document.packages] if document else []


def _store_of(*images: SmallImage) -> MemoryStore:
    store = MemoryStore()
    writer = store.writer(store.lease())
    for image in images:
        for data in image.blobs.values():
            put(writer, data, "application/octet-stream")
    return store


def test_what_is_published_is_found_in_any_case(feed: FeedMaker, tmp_path: Path) -> None:
    assert feed.publish(package("Tool", "1.0"), package("other", "2")) == 1
    assert _versions(feed, "tool", tmp_path / "state") == ["1.0"]
    assert _versions(feed, "OTHER", tmp_path / "state") == ["2"]
    assert _versions(feed, "absent", tmp_path / "state") == []


def test_versions_are_added_and_replaced(feed: FeedMaker, tmp_path: Path) -> None:
    feed.publish(package("tool", "1.0", summary="old"))
    feed.publish(package("tool", "1.0", summary="new"), package("tool", "1.1"))
    with open_publisher(feed.path, [feed.online], clock=feed.clock) as publisher:
        document = publisher.document("tool")
    assert document is not None
    assert [(one.version, one.summary) for one in document.packages] == [
        ("1.0", "new"),
        ("1.1", ""),
    ]


def test_versions_and_names_are_removed(feed: FeedMaker, tmp_path: Path) -> None:
    feed.publish(package("tool", "1.0"), package("tool", "1.1"), package("other"))
    with open_publisher(feed.path, [feed.online], clock=feed.clock) as publisher:
        gone = publisher.remove("TOOL", [("1.0", "")])
        publisher.remove("other")
        assert publisher.names() == ("other", "tool")
        publisher.publish()
        assert publisher.names() == ("tool",)
        for name, keys in (("other", None), ("tool", [("9", "")])):
            with pytest.raises(PackageNotFound):
                publisher.remove(name, keys)
    assert [one.version for one in gone] == ["1.0"]
    assert _versions(feed, "tool", tmp_path / "state") == ["1.1"]


def test_nothing_is_visible_before_publish(feed: FeedMaker, tmp_path: Path) -> None:
    feed.publish(package("tool", "1.0"))
    with open_publisher(feed.path, [feed.online], clock=feed.clock) as publisher:
        publisher.add([package("tool", "1.1")])
    assert _versions(feed, "tool", tmp_path / "state") == ["1.0"]


def test_images_come_with_everything_below_them(feed: FeedMaker) -> None:
    image = make_image("base", "top")
    referrer = make_referrer(image.root, b"signed")
    reader = _store_of(image, referrer)
    blobs = [*reader.reach([image.root, referrer.root])]
    offer = package("tool", pin=image.root)
    with open_publisher(feed.path, [feed.online], clock=feed.clock) as publisher:
        copied = publisher.add([offer], reader=reader, blobs=blobs, referrers=[referrer.root])
        again = publisher.add([offer], reader=reader, blobs=blobs, referrers=[referrer.root])
        publisher.publish()
        document = publisher.document("tool")
    assert (copied, again) == (sum(blob.size for blob in blobs), 0)
    assert document is not None
    assert document.referrers == (referrer.root,)
    for digest, data in {**image.blobs, **referrer.blobs}.items():
        assert (feed.path / blob_path(digest)).read_bytes() == data


def test_an_image_that_is_not_whole_is_not_offered(feed: FeedMaker) -> None:
    image = make_image("base")
    reader = _store_of(image)
    reader.overwrite(image.manifest.layers[0].digest, b"x" * image.manifest.layers[0].size)
    with open_publisher(feed.path, [feed.online], clock=feed.clock) as publisher:
        with pytest.raises(DigestMismatch):
            publisher.add([package()], reader=reader, blobs=[image.manifest.layers[0]])
        with pytest.raises(BlobNotFound):
            publisher.add([package()], reader=MemoryStore(), blobs=[image.root])
        assert publisher.document("tool") is None
    assert not (feed.path / blob_path(image.manifest.layers[0].digest)).exists()
    assert not list((feed.path / "ingest").iterdir())


def test_versions_rise_and_may_be_told_how_far(feed: FeedMaker) -> None:
    assert feed.publish(package()) == 1
    assert feed.refresh() == 2
    assert feed.publish(package(), at_least=70) == 70
    assert feed.publish(package(), at_least=5) == 71


def test_a_rebuilt_near_side_goes_on_from_what_is_there(feed: FeedMaker, tmp_path: Path) -> None:
    feed.publish(package("tool", "1.0"))
    feed.publish(package("tool", "1.1"))
    rebuilt = FeedMaker(
        path=feed.path, root_key=feed.root_key, online=feed.online, roots=feed.roots
    )
    reader_of(feed, tmp_path / "state").refresh()
    assert rebuilt.publish(package("tool", "1.2")) == 3
    assert _versions(feed, "tool", tmp_path / "state") == ["1.0", "1.1", "1.2"]


def test_two_publishers_at_once_one_is_told(feed: FeedMaker) -> None:
    with (
        open_publisher(feed.path, [feed.online], clock=feed.clock) as first,
        pytest.raises(Locked),
        open_publisher(feed.path, [feed.online], clock=feed.clock, lock_seconds=0.05),
    ):
        raise AssertionError("both are in")
    first.publish()


def test_a_publisher_that_no_lock_kept_out_is_noticed(feed: FeedMaker) -> None:
    feed.publish(package("tool", "1.0"))
    with open_publisher(feed.path, [feed.online], clock=feed.clock) as publisher:
        publisher.add([package("tool", "1.1")])
        pointer = feed.path / "trust" / "timestamp.json"
        pointer.write_bytes(pointer.read_bytes() + b" ")
        with pytest.raises(Conflict, match="somebody else"):
            publisher.publish()


def test_keys_that_are_not_the_feeds_sign_nothing(feed: FeedMaker) -> None:
    feed.publish(package())
    before = (feed.path / "trust" / "timestamp.json").read_bytes()
    with open_publisher(feed.path, [SigningKey.generate()], clock=feed.clock) as publisher:
        publisher.add([package("tool", "2.0")])
        with pytest.raises(UsageError, match="wants 1 signatures"):
            publisher.publish()
    assert (feed.path / "trust" / "timestamp.json").read_bytes() == before


@pytest.mark.parametrize("name", ["timestamp.json", "1.snapshot.json", "1.targets.json"])
def test_nothing_is_built_on_what_others_changed(feed: FeedMaker, name: str) -> None:
    feed.publish(package())
    path = feed.path / "trust" / name
    document = json.loads(path.read_bytes())
    document["signed"]["expires"] = "2099-01-01T00:00:00Z"
    path.write_bytes(json.dumps(document).encode())
    with (
        pytest.raises((SignatureError, DigestMismatch)),
        open_publisher(feed.path, [feed.online], clock=feed.clock),
    ):
        raise AssertionError("opened")


def test_a_document_that_others_changed_is_not_signed_again(feed: FeedMaker) -> None:
    feed.publish(package("tool", "1.0"))
    for path in (feed.path / "blobs" / "sha256").iterdir():
        path.write_bytes(path.read_bytes().replace(b"Example", b"Mallory"))
    with (
        open_publisher(feed.path, [feed.online], clock=feed.clock) as publisher,
        pytest.raises(DigestMismatch),
    ):
        publisher.add([package("tool", "1.1")])


def test_a_missing_list_is_damage(feed: FeedMaker) -> None:
    feed.publish(package())
    (feed.path / "trust" / "1.targets.json").unlink()
    with (
        pytest.raises(IntegrityError, match="missing"),
        open_publisher(feed.path, [feed.online], clock=feed.clock),
    ):
        raise AssertionError("opened")


def test_further_files_are_signed_too(feed: FeedMaker, tmp_path: Path) -> None:
    with open_publisher(feed.path, [feed.online], clock=feed.clock) as publisher:
        publisher.set_file("series.json", b"{}")
        publisher.set_file("base.json", b"[]")
        publisher.publish()
        publisher.set_file("base.json", None)
        publisher.publish()
        for target in ("", "shards/00.json"):
            with pytest.raises(DocumentError):
                publisher.set_file(target, b"")
    trusted = reader_of(feed, tmp_path / "state").refresh()
    reader = FeedReader(folder_fetch(feed.path), trusted, tmp_path / "state")
    assert (reader.file("series.json"), reader.file("base.json")) == (b"{}", None)


def test_refresh_signs_only_what_grows_old(feed: FeedMaker) -> None:
    feed.publish(package())
    trust = feed.path / "trust"
    feed.clock.pass_days(20)
    feed.refresh()
    assert not (trust / "2.snapshot.json").exists()
    feed.clock.pass_days(300)
    feed.refresh()
    assert (trust / "3.targets.json").exists()


def test_the_timestamps_key_alone_keeps_a_feed_fresh(tmp_path: Path) -> None:
    feed = FeedMaker(path=tmp_path / "feed")
    pulse = SigningKey.generate()
    roles = FeedRoles(
        root=keys_of(feed.root_key),
        targets=keys_of(feed.online),
        snapshot=keys_of(feed.online),
        timestamp=keys_of(pulse),
    )
    root = sign_root(first_root(roles, feed.clock.now + feed.lives.root), [feed.root_key])
    create_feed(feed.path, [root])
    with open_publisher(feed.path, [feed.online, pulse], clock=feed.clock) as publisher:
        publisher.add([package()])
        publisher.publish()
    with open_publisher(feed.path, [pulse], clock=feed.clock) as publisher:
        assert publisher.refresh().version == 2
        with pytest.raises(UsageError):
            publisher.publish()


def test_there_is_nothing_to_refresh_or_prune_before_the_first_publication(
    feed: FeedMaker,
) -> None:
    with open_publisher(feed.path, [feed.online], clock=feed.clock) as publisher:
        assert publisher.version == 0
        for act in (publisher.refresh, publisher.prune):
            with pytest.raises(NoSuchFile):
                act()


def test_a_feed_is_made_in_an_empty_folder_only(feed: FeedMaker, tmp_path: Path) -> None:
    assert is_feed(feed.path)
    assert not is_feed(tmp_path / "absent")
    for path in (feed.path, tmp_path):
        with pytest.raises(Exists):
            create_feed(path, feed.roots)
    (tmp_path / "empty").mkdir()
    create_feed(tmp_path / "empty", feed.roots)
    assert (tmp_path / "empty" / "trust" / "root.json").read_bytes() == feed.roots[0]
    with (
        pytest.raises(NoSuchFile),
        open_publisher(tmp_path / "absent", [feed.online]),
    ):
        raise AssertionError("opened")


@pytest.mark.parametrize("left", ["trust/1.root.json", "trust", "index.json", "oci-layout"])
def test_making_a_feed_goes_on_where_it_was_killed(
    feed: FeedMaker, tmp_path: Path, left: str
) -> None:
    mark = feed.path / "trust" / "1.root.json"
    whole = {path: path.read_bytes() for path in feed.path.rglob("*") if path.is_file()}
    for path in {mark, *(path for path in whole if left in str(path))}:
        path.unlink()
    create_feed(feed.path, feed.roots)
    assert {path: path.read_bytes() for path in whole} == whole


@pytest.mark.parametrize("name", ["oci-layout", "index.json", "trust/2.root.json", "trust/x"])
def test_what_somebody_else_began_is_left_alone(feed: FeedMaker, tmp_path: Path, name: str) -> None:
    (feed.path / "trust" / "1.root.json").unlink()
    (feed.path / name).write_bytes(b"of somebody else, and longer than what would be there" * 99)
    with pytest.raises(Exists):
        create_feed(feed.path, feed.roots)


@pytest.mark.parametrize("kept", [True, False])
def test_a_feed_that_was_never_published_can_be_discarded(feed: FeedMaker, kept: bool) -> None:
    with open_publisher(feed.path, [feed.online], clock=feed.clock) as publisher:
        publisher.add([package()])
        discard_feed(feed.path, keep_folder=kept)
    assert feed.path.exists() == kept
    create_feed(feed.path, feed.roots)
    (feed.path / "notes.txt").write_text("of somebody else")
    discard_feed(feed.path, keep_folder=False)
    assert [path.name for path in feed.path.iterdir()] == ["notes.txt"]


def test_a_feed_is_not_made_of_roots_that_nobody_signed(feed: FeedMaker, tmp_path: Path) -> None:
    bare = first_root(roles_of(feed.roots[0]), feed.clock.now)
    with pytest.raises(SignatureError):
        create_feed(tmp_path / "bare", [bare])
    assert not is_feed(tmp_path / "bare")


def test_platforms_of_one_version_are_one_entry_for_other_tools(feed: FeedMaker) -> None:
    arm = Platform(os="linux", architecture="arm64")
    amd = Platform(os="linux", architecture="amd64")
    feed.publish(
        package("Tool", "1", platform=arm, pin=make_image("a").root),
        package("Tool", "1", platform=amd, pin=make_image("b").root),
    )
    (entry,) = json.loads((feed.path / "index.json").read_bytes())["manifests"]
    assert entry["annotations"]["org.opencontainers.image.ref.name"] == "tool:1"
    nested = json.loads((feed.path / blob_path(Digest.parse(entry["digest"]))).read_bytes())
    assert {one["platform"]["architecture"] for one in nested["manifests"]} == {"arm64", "amd64"}
