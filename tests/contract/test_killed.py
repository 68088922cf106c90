"""kill -9 at random points of install, save, uninstall and collect: the same again converges."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

from provider_core import Host, Settings
from provider_core.errors import NotInstalled

from .crash_runner import CRATES, NAMES, operate

POINTS = 40
VERBS = ("install", "save", "uninstall", "collect")


class Runner:
    """Operations in a process of their own."""

    def __init__(self, requests: IO[str], answers: IO[str]) -> None:
        self._requests = requests
        self._answers = answers

    def run(self, verb: str, home: Path, target: Path, *, seconds: float) -> int:
        """Run an operation for at most so many seconds; return its exit code, -9 if killed."""
        self._requests.write(f"{verb} {home} {target} {seconds}\n")
        self._requests.flush()
        return int(self._answers.readline())


@pytest.fixture
def runner() -> Iterator[Runner]:
    """Start what operations are run by."""
    command = [sys.executable, str(CRATES.with_name("crash_runner.py"))]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield Runner(process.stdin, process.stdout)
        process.stdin.close()


def prepare(host: Host, verb: str, target: Path) -> None:
    """Bring the home into the state in which *verb* has something to do."""
    if verb == "install":
        if host.list("own-*"):
            host.uninstall("own-*")
        host.collect(grace=0)
    else:
        host.install(*NAMES)
    if verb == "collect":
        host.save("shared-0", to=str(target.with_name("other.tar")))
        target.with_name("other.tar").unlink()
        host.uninstall("own-*", force=True)


def converge(host: Host, verb: str, target: Path) -> None:
    """Do the same again, and hold the home to what must be then."""
    try:
        operate(host, verb, str(target))
    except NotInstalled:
        assert verb == "uninstall"  # it had been done
    assert host.check_store() == ()
    names = {image.name for image in host.list()}
    assert names == (set(NAMES) if verb in ("install", "save") else set())
    if verb == "save":
        assert target.is_file()
        assert not list(target.parent.glob(".ferry-*"))
    host.collect(grace=0)
    reached = host.store.reach(blob for image in host.list() for blob in image.content.blobs)
    assert {digest for digest, _ in host.store.blobs()} == {blob.digest for blob in reached}


def measured(host: Host, verb: str, target: Path) -> float:
    """Return how many seconds *verb* takes when nobody disturbs it."""
    prepare(host, verb, target)
    started = time.monotonic()
    operate(host, verb, str(target))
    return time.monotonic() - started


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL")
def test_the_same_again_converges(tmp_path: Path, runner: Runner) -> None:
    chance = random.Random(20160)
    home, target = tmp_path / "home", tmp_path / "crates.tar"
    killed = 0
    with Host(home, provider_paths=[CRATES], settings=Settings(plugins=False)) as host:
        host.add_source("crates", "crate://all")
        duration = {verb: measured(host, verb, target) for verb in VERBS}
        for point in range(POINTS):
            verb = VERBS[point % len(VERBS)]
            prepare(host, verb, target)
            seconds = 0.02 + 1.5 * duration[verb] * chance.random()
            status = runner.run(verb, home, target, seconds=seconds)
            assert status in (0, -9)
            killed += status != 0
            converge(host, verb, target)
    assert killed, "every operation ended before its time"
