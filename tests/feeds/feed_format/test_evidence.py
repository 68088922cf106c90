from __future__ import annotations

from pathlib import Path

import pytest

from feed_format import (
    FeedReader,
    TrustReader,
    collect_evidence,
    evidence_base,
    fingerprint_of,
    folder_fetch,
    open_publisher,
    roles_of,
    rotate,
    shard_number,
)
from provider_core.errors import DigestMismatch, NotFoundError, PackageNotFound, Untrusted

from .feeds import FeedMaker, package, reader_of


def _carried(feed: FeedMaker, state: Path, *names: str, pin: int = 0) -> FeedMaker:
    """Return a courier's bundle that carries the evidence of *names* of *feed*."""
    fetch = folder_fetch(feed.path)
    trusted = reader_of(feed, state, pin=feed.roots[pin], fetch=fetch).refresh()
    evidence = collect_evidence(fetch, trusted, names)
    bundle = FeedMaker(path=state / "bundle", clock=feed.clock).create()
    with open_publisher(bundle.path, [bundle.online], clock=feed.clock) as publisher:
        publisher.add_evidence(evidence)
        publisher.publish()
    assert evidence.fingerprint == fingerprint_of(feed.roots[0])
    return bundle


def _far_side(feed: FeedMaker, bundle: FeedMaker, state: Path) -> FeedReader:
    pin = fingerprint_of(feed.roots[0])
    fetch = folder_fetch(bundle.path)
    reader = TrustReader(fetch, state, pin, clock=feed.clock, base=evidence_base(pin))
    state.mkdir(exist_ok=True)
    return FeedReader(fetch, reader.refresh(), state)


def test_a_far_side_verifies_the_publisher_without_the_courier(
    feed: FeedMaker, tmp_path: Path
) -> None:
    feed.publish(package("tool", "1.0"), package("other"))
    bundle = _carried(feed, tmp_path / "near", "TOOL")
    found = _far_side(feed, bundle, tmp_path / "far").find("tool")
    assert found is not None
    assert [one.version for one in found.packages] == ["1.0"]


def test_only_what_was_asked_for_is_carried(feed: FeedMaker, tmp_path: Path) -> None:
    feed.publish(package("tool"), package("other"))
    bundle = _carried(feed, tmp_path / "near", "tool")
    with pytest.raises(NotFoundError):
        _far_side(feed, bundle, tmp_path / "far").find("other")


def test_every_root_travels_whichever_one_was_pinned(feed: FeedMaker, tmp_path: Path) -> None:
    feed.publish(package("tool"))
    rotate(feed.path, feed.following(roles_of(feed.roots[0]), feed.root_key), clock=feed.clock)
    bundle = _carried(feed, tmp_path / "near", "tool", pin=1)
    assert _far_side(feed, bundle, tmp_path / "far").find("tool") is not None


def test_a_courier_cannot_change_it(feed: FeedMaker, tmp_path: Path) -> None:
    feed.publish(package("tool"))
    bundle = _carried(feed, tmp_path / "near", "tool")
    base = bundle.path / evidence_base(fingerprint_of(feed.roots[0]))
    for path in base.rglob("shards/*.json"):
        path.write_bytes(path.read_bytes().replace(b"tool", b"evil"))
    with pytest.raises(DigestMismatch):
        _far_side(feed, bundle, tmp_path / "far").find("tool")
    (base / "1.root.json").write_bytes(bundle.roots[0])
    with pytest.raises(Untrusted):
        _far_side(feed, bundle, tmp_path / "farther")


def test_there_is_no_evidence_of_what_is_not_there(feed: FeedMaker, tmp_path: Path) -> None:
    feed.publish(package("tool"))
    trusted = reader_of(feed, tmp_path / "state").refresh()
    in_one_shard = next(
        name
        for name in (f"n{number}" for number in range(10_000))
        if shard_number(name) == shard_number("tool")
    )
    for name in ("absent", in_one_shard):
        with pytest.raises(PackageNotFound):
            collect_evidence(folder_fetch(feed.path), trusted, [name])
