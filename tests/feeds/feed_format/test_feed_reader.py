from __future__ import annotations

import json
from pathlib import Path

import pytest
from tuf.api.metadata import Targets

from feed_format import (
    Changes,
    DocumentRef,
    FeedReader,
    Fetch,
    fetch_document,
    folder_fetch,
    open_publisher,
)
from provider_core.digests import Digest
from provider_core.errors import DocumentError, NotFoundError
from provider_core.oci.layout import blob_path

from .feeds import Counting, FeedMaker, package, reader_of, republish

NAMES = [f"tool-{number}" for number in range(40)]


def _reader(feed: FeedMaker, state: Path, fetch: Fetch | None = None) -> FeedReader:
    way = fetch or folder_fetch(feed.path)
    return FeedReader(way, reader_of(feed, state, fetch=way).refresh(), state)


def _names(changes: Changes) -> tuple[set[str], set[str]]:
    return {ref.name for ref in changes.changed}, set(changes.removed)


def _drop(feed: FeedMaker, name: str) -> None:
    with open_publisher(feed.path, [feed.online], clock=feed.clock) as publisher:
        publisher.remove(name)
        publisher.publish()


def test_the_first_time_everything_is_new(feed: FeedMaker, tmp_path: Path) -> None:
    feed.publish(*map(package, NAMES))
    changes = _reader(feed, tmp_path / "state").changes(None)
    assert changes.since is None
    assert _names(changes) == (set(NAMES), set())


def test_later_only_what_changed_moves(feed: FeedMaker, tmp_path: Path) -> None:
    feed.publish(*map(package, NAMES))
    before = _reader(feed, tmp_path / "state").changes(None)
    feed.publish(package("tool-3", "1.1"), package("fresh"))
    _drop(feed, "tool-5")
    fetch = Counting(folder_fetch(feed.path))
    reader = _reader(feed, tmp_path / "state", fetch)
    after = reader.changes(before.token)
    assert after.since == before.token
    assert _names(after) == ({"tool-3", "fresh"}, {"tool-5"})
    assert sum("shards/" in path for path in fetch.paths) <= 3
    assert reader.token == after.token


def test_nothing_changed_is_the_same_token(feed: FeedMaker, tmp_path: Path) -> None:
    feed.publish(*map(package, NAMES))
    before = _reader(feed, tmp_path / "state").changes(None)
    feed.refresh()
    fetch = Counting(folder_fetch(feed.path))
    after = _reader(feed, tmp_path / "state", fetch).changes(before.token)
    assert after.token == before.token
    assert _names(after) == (set(), set())
    assert not any("shards/" in path for path in fetch.paths)


def test_an_answer_that_was_lost_is_given_again(feed: FeedMaker, tmp_path: Path) -> None:
    feed.publish(*map(package, NAMES))
    before = _reader(feed, tmp_path / "state").changes(None)
    feed.publish(package("one"))
    first = _reader(feed, tmp_path / "state").changes(before.token)
    feed.publish(package("two"))
    assert _names(first) == ({"one"}, set())
    both = _reader(feed, tmp_path / "state").changes(before.token)
    assert _names(both) == ({"one", "two"}, set())


@pytest.mark.parametrize("token", ["", "nonsense", "../../x", "0" * 64])
def test_an_unknown_token_means_everything(feed: FeedMaker, tmp_path: Path, token: str) -> None:
    feed.publish(*map(package, NAMES))
    changes = _reader(feed, tmp_path / "state").changes(token)
    assert changes.since is None
    assert len(changes.changed) == len(NAMES)


def test_a_cache_that_lost_a_shard_means_everything(feed: FeedMaker, tmp_path: Path) -> None:
    feed.publish(*map(package, NAMES))
    before = _reader(feed, tmp_path / "state").changes(None)
    for path in (tmp_path / "state" / "shards").iterdir():
        path.write_bytes(b"damaged")
    feed.publish(package("tool-3", "1.1"))
    changes = _reader(feed, tmp_path / "state").changes(before.token)
    assert changes.since is None
    assert len(changes.changed) == len(NAMES)


def test_what_is_forgotten_is_only_what_nobody_asks_for(feed: FeedMaker, tmp_path: Path) -> None:
    state = tmp_path / "state"
    tokens: list[str] = []
    for number in range(4):
        feed.publish(package("tool", f"1.{number}"))
        tokens.append(_reader(feed, state).changes(tokens[-1] if tokens else None).token)
    _reader(feed, state).forget_except(tokens[1], tokens[3])
    assert len(list((state / "shards").iterdir())) == 2
    feed.publish(package("other"))
    assert _reader(feed, state).changes(tokens[1]).since == tokens[1]
    assert _reader(feed, state).changes(tokens[0]).since is None


def test_a_document_has_to_be_the_one_that_was_named(feed: FeedMaker, tmp_path: Path) -> None:
    feed.publish(package("tool"), package("other"))
    fetch = folder_fetch(feed.path)
    refs = {ref.name: ref for ref in _reader(feed, tmp_path / "state").names()}
    swapped = DocumentRef(name="tool", digest=refs["other"].digest, size=refs["other"].size)
    with pytest.raises(DocumentError, match="'other'"):
        fetch_document(fetch, swapped)
    with pytest.raises(DocumentError, match="at most"):
        fetch_document(fetch, DocumentRef(name="tool", digest=refs["tool"].digest, size=1 << 40))
    absent = Digest.of(b"absent")
    with pytest.raises(NotFoundError):
        fetch_document(fetch, DocumentRef(name="tool", digest=absent, size=1))
    assert not (feed.path / blob_path(absent)).exists()


def test_a_shard_of_another_writer_is_kept_as_it_came(feed: FeedMaker, tmp_path: Path) -> None:
    """Another implementation may order keys otherwise; the digest is of its bytes."""
    feed.publish(package("tool"))
    folder = feed.path / "trust" / "targets" / "shards"
    (shard,) = folder.iterdir()
    data = json.dumps({"x": 1, **json.loads(shard.read_bytes())}, indent=1).encode()
    name = shard.name.partition(".")[2]
    digest = Digest.of(data)
    (folder / f"{digest.hex}.{name}").write_bytes(data)

    def edit(targets: Targets) -> None:
        file = targets.targets[f"shards/{name}"]
        file.length, file.hashes = len(data), {"sha256": digest.hex}

    republish(feed, 2, edit)
    for _ in range(2):
        reader = _reader(feed, tmp_path / "state")
        assert reader.find("tool") is not None
        assert reader.changes(reader.changes(None).token).since is not None
