from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from feed_format import (
    FeedReader,
    Pruned,
    collect_evidence,
    document_of,
    folder_fetch,
    open_publisher,
)
from feed_format.pruning import outdated
from provider_core.digests import Digest
from provider_core.platforms import Platform
from provider_core.store import put
from provider_core.testing import MemoryStore

from ...support.images import make_image, make_index, make_referrer
from .feeds import FeedMaker, Overlay, package, reader_of, trust_files

NOTHING = timedelta(0)


def _prune(feed: FeedMaker, retention: timedelta, newest: int | None = None) -> Pruned:
    with open_publisher(feed.path, [feed.online], clock=feed.clock) as publisher:
        return publisher.prune(newest=newest, retention=retention)


def _find(feed: FeedMaker, state: Path, name: str, pointer: bytes | None = None) -> list[str]:
    fetch = Overlay(feed.path, {"trust/timestamp.json": pointer} if pointer else {})
    trusted = reader_of(feed, state, fetch=fetch).refresh()
    document = FeedReader(fetch, trusted, state).find(name)
    return [one.version for one in document.packages] if document else []


def _files(feed: FeedMaker) -> set[Path]:
    return {path for path in feed.path.rglob("*") if path.is_file()}


@given(st.lists(st.sampled_from(["1", "1.0", "1.2", "2.0", "2.0-rc.1"]), unique=True, min_size=1))
def test_as_many_versions_stay_as_were_asked_for(versions: list[str]) -> None:
    document = document_of(package("tool", version) for version in versions)
    for newest in range(4):
        gone = {version for version, _ in outdated(document, newest)}
        kept = [version for version in versions if version not in gone]
        # 1 and 1.0 are one version, spelled twice.
        assert len({"1" if one == "1.0" else one for one in kept}) == min(
            newest, len({"1" if one == "1.0" else one for one in versions})
        )


def test_variants_count_apart_and_labels_stay() -> None:
    arm = Platform(os="linux", architecture="arm64")
    document = document_of(
        [
            *(package("tool", version) for version in ("1", "2", "1-slim", "2-slim", "latest")),
            package("tool", "1", platform=arm),
        ]
    )
    assert outdated(document, 1) == {("1", ""), ("1-slim", ""), ("1", str(arm))}


def test_old_versions_and_their_content_go(feed: FeedMaker, tmp_path: Path) -> None:
    images = [make_image("base", f"layer {number}") for number in range(3)]
    store = MemoryStore()
    writer = store.writer(store.lease())
    for image in images:
        for data in image.blobs.values():
            put(writer, data, "application/x")
    index = make_index(images[2])
    referrer = make_referrer(images[2].root, b"signed")
    for data in (*index.blobs.values(), *referrer.blobs.values()):
        put(writer, data, "application/x")
    roots = [images[0].root, images[1].root, index.root]
    with open_publisher(feed.path, [feed.online], clock=feed.clock) as publisher:
        publisher.add(
            [package("tool", f"1.{number}", pin=root) for number, root in enumerate(roots)],
            reader=store,
            blobs=store.reach([*roots, referrer.root]),
            referrers=[referrer.root],
        )
        publisher.publish()
    pruned = _prune(feed, NOTHING, newest=1)
    assert pruned.versions == 2
    assert pruned.files > 0
    assert pruned.size > 0
    assert _find(feed, tmp_path / "state", "tool") == ["1.2"]
    left = {path.name for path in (feed.path / "blobs" / "sha256").iterdir()}
    needed = {digest.hex for digest in (*index.blobs, *images[2].blobs, *referrer.blobs)}
    (document,) = left - needed
    assert needed <= left
    assert Digest.of((feed.path / "blobs" / "sha256" / document).read_bytes()).hex == document


def test_whoever_follows_an_older_pointer_finds_everything(feed: FeedMaker, tmp_path: Path) -> None:
    feed.publish(package("tool", "1.0"))
    feed.publish(package("tool", "1.1"))
    old = trust_files(feed)["trust/timestamp.json"]
    feed.clock.pass_days(5)
    feed.publish(package("tool", "1.2"))
    feed.clock.pass_days(2)
    _prune(feed, timedelta(days=3))
    assert _find(feed, tmp_path / "slow", "tool", old) == ["1.0", "1.1"]
    feed.clock.pass_days(2)
    assert _prune(feed, timedelta(days=3)).files > 0
    assert not (feed.path / "trust" / "2.targets.json").exists()
    assert _find(feed, tmp_path / "new", "tool") == ["1.0", "1.1", "1.2"]


def test_pruning_twice_finds_nothing_more(feed: FeedMaker) -> None:
    for number in range(3):
        feed.publish(package("tool", f"1.{number}"), package("other"))
        feed.refresh()
    _prune(feed, NOTHING)
    before = _files(feed)
    assert _prune(feed, NOTHING) == Pruned(versions=0, files=0, size=0)
    assert _files(feed) == before


def test_what_other_tools_read_is_made_anew(feed: FeedMaker) -> None:
    feed.publish(package("tool"))
    whole = (feed.path / "index.json").read_bytes()
    (feed.path / "index.json").write_bytes(b"damaged by somebody")
    _prune(feed, NOTHING)
    assert (feed.path / "index.json").read_bytes() == whole


def test_indexes_made_for_other_tools_stay(feed: FeedMaker) -> None:
    arm = Platform(os="linux", architecture="arm64")
    feed.publish(package("tool", "1"), package("tool", "1", platform=arm))
    before = set((feed.path / "blobs" / "sha256").iterdir())
    _prune(feed, NOTHING)
    assert set((feed.path / "blobs" / "sha256").iterdir()) == before


def test_evidence_that_is_carried_stays(feed: FeedMaker, tmp_path: Path) -> None:
    feed.publish(package("tool"), package("other"))
    trusted = reader_of(feed, tmp_path / "state").refresh()
    evidence = collect_evidence(folder_fetch(feed.path), trusted, ["tool"])
    bundle = FeedMaker(path=tmp_path / "bundle", clock=feed.clock).create()
    bundle.publish(package("unrelated"))
    with open_publisher(bundle.path, [bundle.online], clock=feed.clock) as publisher:
        publisher.add_evidence(evidence)
    _prune(bundle, NOTHING)
    for name, data in evidence.files.items():
        assert (bundle.path / name).read_bytes() == data


def test_folders_of_others_are_left_alone(feed: FeedMaker) -> None:
    feed.publish(package("tool"))
    strange = feed.path / "blobs" / "sha256" / "folder"
    strange.mkdir()
    _prune(feed, NOTHING)
    assert strange.is_dir()


def test_damage_to_old_lists_does_not_stop_it(feed: FeedMaker, tmp_path: Path) -> None:
    for number in range(3):
        feed.publish(package("tool", f"1.{number}"))
    (feed.path / "trust" / "1.targets.json").write_bytes(b"damaged")
    current = (feed.path / "trust" / "3.targets.json").read_text()
    for path in (feed.path / "trust" / "targets" / "shards").iterdir():
        if path.name.partition(".")[0] not in current:
            path.unlink()
    _prune(feed, timedelta(days=9))
    assert len(_find(feed, tmp_path / "state", "tool")) == 3
