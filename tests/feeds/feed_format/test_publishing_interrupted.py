"""Readers never see half a publication: while it is made, and when its publisher dies."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feed_format import FeedReader, SigningKey, folder_fetch, rotate, write_key

from .feeds import Clock, FeedMaker, online_roles, package, reader_of

RUNNER = Path(__file__).with_name("publish_runner.py")
KILLS = 40


def _versions(feed: FeedMaker, state: Path) -> list[str]:
    fetch = folder_fetch(feed.path)
    trusted = reader_of(feed, state, fetch=fetch).refresh()
    document = FeedReader(fetch, trusted, state).find("tool")
    return [one.version for one in document.packages] if document else []


class _Poller(threading.Thread):
    """Reads the feed again and again, each time as somebody new and as somebody who returns."""

    def __init__(self, feed: FeedMaker, states: Path) -> None:
        super().__init__(daemon=True)
        self._feed = feed
        self._states = states
        self.stopped = threading.Event()
        self.seen: list[int] = []
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.stopped.is_set():
                _versions(self._feed, self._states / f"new{len(self.seen)}")
                self.seen.append(len(_versions(self._feed, self._states / "returning")))
        except BaseException as error:
            self.error = error


def test_a_reader_that_polls_during_publishing_never_fails(feed: FeedMaker, tmp_path: Path) -> None:
    feed.publish(package("tool", "0"))
    poller = _Poller(feed, tmp_path / "states")
    poller.start()
    for number in range(1, 40):
        feed.publish(package("tool", str(number)))
        if number % 10 == 0:
            feed.refresh()
        if number % 20 == 0:
            feed.online = SigningKey.generate()
            root = feed.following(online_roles(feed.root_key, feed.online), feed.root_key)
            rotate(feed.path, root, [feed.online], clock=feed.clock)
    poller.stopped.set()
    poller.join(30)
    if poller.error is not None:
        raise poller.error
    assert len(poller.seen) > 3
    assert poller.seen == sorted(poller.seen)


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")
def test_a_publisher_that_is_killed_leaves_a_feed_that_goes_on(tmp_path: Path) -> None:
    feed = FeedMaker(path=tmp_path / "feed", clock=Clock(datetime.now(UTC))).create()
    feed.publish(package("tool", "latest"))
    write_key(tmp_path / "key", feed.online)
    chance = random.Random(7)
    statuses = []
    with subprocess.Popen(
        [sys.executable, str(RUNNER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as runner:
        assert runner.stdin is not None
        assert runner.stdout is not None
        for seed in range(KILLS):
            seconds = chance.uniform(0, 0.12)
            runner.stdin.write(f"{feed.path} {tmp_path / 'key'} {seed} {seconds}\n")
            runner.stdin.flush()
            statuses.append(int(runner.stdout.readline()))
            found = _versions(feed, tmp_path / "returning")
            assert "latest" in found
            assert found == _versions(feed, tmp_path / f"new{seed}")
        runner.stdin.close()
    assert statuses.count(-9) > KILLS / 4
    assert set(statuses) <= {0, -9}
    feed.publish(package("tool", "9999"))
    assert "9999" in _versions(feed, tmp_path / "returning")
    assert not list((feed.path / "ingest").iterdir())
