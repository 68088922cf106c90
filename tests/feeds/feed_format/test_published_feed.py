"""A feed as its own folder tells it: verified, without keys, without writing."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from feed_format import SigningKey, fingerprint_of, read_feed, rotate
from provider_core.errors import IntegrityError, NoSuchFile

from .feeds import FeedMaker, online_roles, package


def test_it_says_what_is_published(feed: FeedMaker) -> None:
    feed.publish(package("tool", "1.0"), package("Base", "2.0"))
    before = sorted(feed.path.rglob("*"))
    found = read_feed(feed.path)
    assert [document.name for document in found.documents()] == ["Base", "tool"]
    assert found.fingerprint == fingerprint_of(feed.roots[0])
    assert (found.version, found.root_version) == (1, 1)
    assert [state.role for state in found.states] == ["root", "targets", "snapshot", "timestamp"]
    assert found.keys == online_roles(feed.root_key, feed.online)
    assert sorted(feed.path.rglob("*")) == before


def test_a_new_feed_has_a_root_alone(feed: FeedMaker) -> None:
    found = read_feed(feed.path)
    assert (found.version, list(found.documents())) == (0, [])
    assert [state.role for state in found.states] == ["root"]


def test_what_has_ended_is_read_all_the_same(feed: FeedMaker) -> None:
    feed.publish(package())
    feed.clock.pass_days(4000)
    assert read_feed(feed.path).version == 1


def test_what_is_no_feed_or_damaged_is_refused(feed: FeedMaker, tmp_path: Path) -> None:
    with pytest.raises(NoSuchFile):
        read_feed(tmp_path / "nothing")
    feed.publish(package())
    for name in ("timestamp.json", "1.targets.json", "1.root.json"):
        damaged = tmp_path / name
        shutil.copytree(feed.path, damaged)
        path = damaged / "trust" / name
        path.write_bytes(path.read_bytes().replace(b'"version":1', b'"version":2'))
        with pytest.raises(IntegrityError):
            read_feed(damaged)


def test_a_change_of_keys_is_not_noticed(feed: FeedMaker) -> None:
    feed.publish(package())
    errors: list[Exception] = []
    stopped = threading.Event()

    def read() -> None:
        while not stopped.is_set():
            try:
                read_feed(feed.path)
            except Exception as error:
                errors.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(5):
        feed.online = SigningKey.generate()
        root = feed.following(online_roles(feed.root_key, feed.online), feed.root_key)
        rotate(feed.path, root, [feed.online], clock=feed.clock)
    stopped.set()
    reader.join(30)
    assert not errors
