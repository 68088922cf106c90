"""How much moves: figures of docs/reference/feed-format.md, held."""

from __future__ import annotations

from pathlib import Path

from feed_format import FeedReader, fetch_document, folder_fetch

from .feeds import Counting, FeedMaker, package, reader_of

NAMES = [f"library/image-{number:05}" for number in range(10_000)]


def test_one_change_among_10_000_names_moves_less_than_64_kb(
    feed: FeedMaker, tmp_path: Path
) -> None:
    feed.publish(*(package(name, version) for name in NAMES for version in ("1.2.3", "latest")))
    first = Counting(folder_fetch(feed.path))
    trusted = reader_of(feed, tmp_path / "state", fetch=first).refresh()
    before = FeedReader(first, trusted, tmp_path / "state").changes(None)
    assert len(before.changed) == len(NAMES)
    assert first.size < 1_500_000
    assert len(first.paths) <= 256 + 4

    shards = set((feed.path / "trust" / "targets" / "shards").iterdir())
    feed.publish(package(NAMES[77], "1.2.4"))
    assert len(set((feed.path / "trust" / "targets" / "shards").iterdir()) - shards) == 1

    second = Counting(folder_fetch(feed.path))
    trusted = reader_of(feed, tmp_path / "state", fetch=second).refresh()
    after = FeedReader(second, trusted, tmp_path / "state").changes(before.token)
    (changed,) = after.changed
    assert len(fetch_document(second, changed).packages) == 3
    assert second.size < 64_000
    assert len(second.paths) == 6


def test_an_unchanged_feed_moves_less_than_2_kb(feed: FeedMaker, tmp_path: Path) -> None:
    feed.publish(*map(package, NAMES[:300]))
    reader_of(feed, tmp_path / "state").refresh()
    feed.refresh()
    fetch = Counting(folder_fetch(feed.path))
    reader_of(feed, tmp_path / "state", fetch=fetch).refresh()
    assert fetch.size < 2_000
    assert fetch.paths == ["trust/2.root.json", "trust/timestamp.json"]


def test_a_small_feed_does_not_cost_256_requests(feed: FeedMaker, tmp_path: Path) -> None:
    feed.publish(package("one"), package("two"))
    fetch = Counting(folder_fetch(feed.path))
    trusted = reader_of(feed, tmp_path / "state", fetch=fetch).refresh()
    assert len(FeedReader(fetch, trusted, tmp_path / "state").changes(None).changed) == 2
    assert len(fetch.paths) == 6
