"""kill -9 at random points of `feed add`: readers never fail, and the same again converges."""

from __future__ import annotations

import random
import shlex
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import pytest

from ...provider_core.cli.running import Ferry, clean_environment
from .feed_user import FeedUser, Subscriber

RUNNER = Path(__file__).with_name("add_runner.py")
POINTS = 40
PATIENCE = 60
"""Seconds that a command may take which is not to be killed."""
TOOLS = ("hammer", "saw", "plane")


class Runner:
    """Command lines in processes of their own, which are killed when their time has passed."""

    def __init__(self, requests: IO[str], answers: IO[str]) -> None:
        self._requests = requests
        self._answers = answers

    def __call__(self, *arguments: str, seconds: float) -> int:
        """Run one for at most so many seconds; return its exit code, -9 if it was killed."""
        self._requests.write(f"{seconds} {shlex.join(arguments)}\n")
        self._requests.flush()
        return int(self._answers.readline())


class Poller(threading.Thread):
    """Reads the feed again and again, as somebody new and as somebody who returns."""

    def __init__(self, feed: FeedUser, states: Path) -> None:
        super().__init__(daemon=True)
        states.mkdir()
        self._states = states
        self._known = feed.subscriber(states / "returning")
        self.stopped = threading.Event()
        self.polls = 0
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.stopped.wait(0.02):
                for name in (f"new{self.polls}", "returning"):
                    self._poll(self._subscriber(name))
                self.polls += 1
        except BaseException as error:
            self.error = error

    def _subscriber(self, name: str) -> Subscriber:
        return Subscriber(
            path=self._known.path,
            state=self._states / name,
            pin=self._known.pin,
            clock=lambda: datetime.now(UTC),
        )

    def _poll(self, subscriber: Subscriber) -> None:
        for package in subscriber.packages(TOOLS[-1])[-1:]:
            subscriber.manifest(package)  # and all that it names


@pytest.fixture
def runner(ferry: Ferry) -> Iterator[Runner]:
    """Start what commands are run by."""
    with subprocess.Popen(
        [sys.executable, str(RUNNER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=clean_environment(ferry.environ),
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Runner(process.stdin, process.stdout)
        process.stdin.close()


def publishing(user: FeedUser, folder: Path, version: int) -> list[str]:
    """Write files of new content; return the command that publishes them all."""
    for tool in TOOLS:
        (folder / tool).write_bytes(f"{tool} {version}".encode() * 10_000)
    files = [str(folder / tool) for tool in TOOLS]
    told = ["--media-type", "application/x-tool", "--version", str(version)]
    return ["feed", "add", str(user.path), *files, *told]


def published(user: FeedUser, version: int) -> set[str]:
    """Return the names that the feed offers in *version*."""
    return {name for name, offered in user.offers() if offered == str(version)}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")
def test_the_same_again_converges_and_readers_never_fail(
    ferry: Ferry, runner: Runner, tmp_path: Path
) -> None:
    user = FeedUser(ferry=ferry, path=tmp_path / "feed")
    assert runner("feed", "init", str(user.path), "--no-passphrase", seconds=PATIENCE) == 0
    started = time.monotonic()
    assert runner(*publishing(user, tmp_path, 0), seconds=PATIENCE) == 0
    duration = time.monotonic() - started
    poller = Poller(user, tmp_path / "states")
    poller.start()
    chance, killed = random.Random(20160), 0
    for point in range(1, POINTS + 1):
        arguments = publishing(user, tmp_path, point)
        status = runner(*arguments, seconds=1.2 * duration * chance.random())
        assert status in (0, -9)
        killed += status != 0
        assert published(user, point) in (set(), set(TOOLS))
        assert runner(*arguments, seconds=PATIENCE) == 0
        assert published(user, point) == set(TOOLS)
    poller.stopped.set()
    poller.join(60)
    if poller.error is not None:
        raise poller.error
    assert poller.polls > 3
    assert killed > POINTS / 4, "every command ended before its time"
    assert not list((user.path / "ingest").iterdir())
