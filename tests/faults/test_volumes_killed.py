"""kill -9 while volumes are written and while they are read: the same again converges."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from feed_format import Volumes, read_feed
from feed_format.volume_writing import UNFINISHED
from provider_core import Host
from provider_core.errors import Exists, VolumeMissing

from ..feeds.feed_format.feeds import FeedMaker
from ..support.images import SmallImage, make_image
from ..support.published import fingerprint, publish_image
from .crash_process import Run, crash_process
from .volume_crash_runner import NAMES, SIZE, opened, operate

RUNNER = Path(__file__).with_name("volume_crash_runner.py")
POINTS = 20
"""Of each verb."""
IMAGES: dict[str, SmallImage] = {
    name: make_image("shared", random.Random(name).randbytes(150_000).hex(), wrapping="")
    for name in NAMES
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="needs fork and SIGKILL"),
]


@pytest.fixture
def run() -> Iterator[Run]:
    """Give what runs a verb for at most so many seconds, and returns its exit code."""
    with crash_process(RUNNER) as run:
        yield run


@pytest.fixture
def near(tmp_path: Path) -> Iterator[Host]:
    """Give a near side that has all the images."""
    feed = FeedMaker(path=tmp_path / "feed").create()
    for name, image in IMAGES.items():
        publish_image(feed, name, "1.0", image)
    with opened(tmp_path / "near") as host:
        host.add_source("lab", str(feed.path), options={"fingerprint": fingerprint(feed)})
        host.install(*NAMES)
        yield host


def _seconds_of(host: Host, verb: str, target: Path) -> float:
    started = time.monotonic()
    operate(host, verb, target)
    return time.monotonic() - started


def _check(saved: Path) -> None:
    """Every volume is small enough and has what the list says, and nothing else is there."""
    volumes = sorted(saved.iterdir())
    data = read_feed(volumes[0]).file("volumes.json")
    assert data is not None
    listed = Volumes.parse(data).volumes
    assert [path.name for path in volumes] == [
        f"volume-{number:02}" for number in range(1, len(listed) + 1)
    ]
    for path, volume in zip(volumes, listed, strict=True):
        files = [one for one in path.rglob("*") if one.is_file()]
        assert sum(one.stat().st_size for one in files) <= SIZE
        pieces = path / "pieces" / "sha256"
        there = {one.name for one in pieces.iterdir()} if pieces.exists() else set()
        assert there == {piece.digest.hex for piece in volume.pieces}
        command = ["sha256sum", "--quiet", "-c", "SHA256SUMS"]
        subprocess.run(command, cwd=path, check=True)


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="needs coreutils")
def test_save(near: Host, run: Run, tmp_path: Path) -> None:
    chance, saved, killed = random.Random(20162), tmp_path / "saved", 0
    duration = _seconds_of(near, "save", tmp_path / "first")
    root = tmp_path / "first" / "volume-01" / "trust" / "1.root.json"
    for point in range(POINTS):
        status = run("save", tmp_path / "near", saved, 0.02 + 1.1 * duration * chance.random())
        if status == -9 and point % 3 == 2:  # killed twice
            run("save", tmp_path / "near", saved, 0.02 + 1.1 * duration * chance.random())
        killed += status == -9
        if saved.exists() and any(saved.iterdir()) and not (saved / UNFINISHED).exists():
            with pytest.raises(Exists):
                operate(near, "save", saved)
        else:
            operate(near, "save", saved)
        _check(saved)
        if point < POINTS - 1:
            shutil.rmtree(saved)
    assert killed > POINTS / 4, "every save ended before its time"
    with opened(tmp_path / "far") as far:
        far.add_source("usb", str(saved), options={"root": str(root)})
        operate(far, "install", saved)
        assert far.check_store() == ()


def test_install(near: Host, run: Run, tmp_path: Path) -> None:
    chance, saved, drawer = random.Random(20163), tmp_path / "saved", tmp_path / "drawer"
    operate(near, "save", saved)
    volumes = sorted(saved.iterdir())
    home, killed = tmp_path / "far", 0
    shutil.copytree(volumes[0], drawer)
    with opened(home) as far:
        root = str(volumes[0] / "trust" / "1.root.json")
        far.add_source("usb", str(drawer), options={"root": root})
        started = time.monotonic()
        with pytest.raises(VolumeMissing):
            operate(far, "install", drawer)
        duration = time.monotonic() - started
        for _ in range(POINTS // len(volumes)):
            if far.list():
                far.uninstall(*NAMES)
            far.collect(grace=0)
            for volume in volumes:
                shutil.rmtree(drawer)
                shutil.copytree(volume, drawer)
                status = run("install", home, drawer, 0.02 + 1.1 * duration * chance.random())
                killed += status == -9
                assert far.check_store() == ()
                assert {image.name for image in far.list()} in (set(), set(NAMES))
                if volume is not volumes[-1]:
                    with pytest.raises(VolumeMissing) as caught:
                        operate(far, "install", drawer)
                    later = set(range(volumes.index(volume) + 2, len(volumes) + 1))
                    assert set(caught.value.volumes) == later, "what was read is gone"
            operate(far, "install", drawer)
            assert {image.name for image in far.list()} == set(NAMES)
            assert far.check_store() == ()
    assert killed, "every install ended before its time"
