"""kill -9 at every change of files by a save or import of a delta: the same again converges.

A sample of the points by default; all of them with IMAGEFERRY_EVERY_KILL_POINT=1.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from feed_format import BASE_TARGET, Base, Inventory, read_feed
from provider_core import Host
from provider_feed.stocktaking import needed_roots, sizes

from ..feeds.feed_format.feeds import FeedMaker
from ..support.images import SmallImage, make_image
from ..support.published import fingerprint, publish_image
from .delta_kill_runner import NAMES, opened, operate
from .tracing import Point, changes_of, killed_at

RUNNER = str(Path(__file__).with_name("delta_kill_runner.py"))
EVERY = os.environ.get("IMAGEFERRY_EVERY_KILL_POINT", "") not in ("", "0")
SAMPLE = 4

pytestmark = [pytest.mark.slow, pytest.mark.peer("strace")]

OLD = {name: make_image("what all builds share " * 500, f"old {name}") for name in NAMES}
NEW = {name: make_image("what all builds share " * 500, f"new {name}") for name in NAMES}
IMAGES = {
    **{f"{name}:1.0": image.root for name, image in OLD.items()},
    **{f"{name}:2.0": image.root for name, image in NEW.items()},
}
SHARED = NEW["one"].manifest.layers[0].digest


class Sides:
    """Homes and folders as they are before the delta, and copies of them that are at work."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __getitem__(self, name: str) -> Path:
        """Return the place of *name* at work."""
        return self.folder / "now" / name

    def keep(self) -> None:
        """Remember how everything is."""
        shutil.copytree(self.folder / "now", self.folder / "before", dirs_exist_ok=True)

    def renew(self, *names: str) -> None:
        """Make *names* as they were before."""
        for name in names:
            shutil.rmtree(self[name], ignore_errors=True)
            if (self.folder / "before" / name).exists():
                shutil.copytree(self.folder / "before" / name, self[name])


@pytest.fixture
def sides(tmp_path: Path) -> Sides:
    """Return a near side, a far side with its first bundle, and what the second one lacks."""
    sides = Sides(tmp_path)
    feed = FeedMaker(path=tmp_path / "feed").create()
    with opened(sides["near"]) as near, opened(sides["far"]) as far:
        _publish(feed, "1.0", OLD)
        near.add_source("lab", str(feed.path), options={"fingerprint": fingerprint(feed)})
        near.install(*NAMES)
        _write_inventory(far, sides["inventory.json"])
        operate(near, "save", sides["stick"])
        root = sides["stick"] / "trust" / "1.root.json"
        far.add_source("usb", str(sides["stick"]), options={"root": str(root)})
        operate(far, "import", sides["stick"])
        _write_inventory(far, sides["inventory.json"])
        _publish(feed, "2.0", NEW)
        near.install(*NAMES)
        sides.keep()
        shutil.rmtree(sides["stick"])
        operate(near, "save", sides["stick"])
    (tmp_path / "before" / "stick").rename(tmp_path / "first")
    return sides


def _publish(feed: FeedMaker, version: str, images: dict[str, SmallImage]) -> None:
    for name, image in images.items():
        publish_image(feed, name, version, image)


def _write_inventory(far: Host, path: Path) -> None:
    blobs = sizes(far.store.reach(needed_roots(far.list())))
    inventory = Inventory(host="far", made="", revision=0, platforms=(), blobs=blobs)
    path.write_bytes(inventory.as_bytes())


def _sample(points: tuple[Point, ...]) -> list[Point]:
    """Return the points to try: all, or a sample, another one in each run."""
    return list(points) if EVERY else random.Random().sample(points, SAMPLE)


def _at_each(
    verb: str, sides: Sides, log: Path, begin: Callable[[], None], check: Callable[[], None]
) -> None:
    """Kill *verb* at points of its run, and *check* what it leaves; *begin* comes before each."""
    home = sides["near" if verb == "save" else "far"]
    command = [RUNNER, verb, str(home), str(sides["stick"])]
    begin()
    points = changes_of(command, log)
    check()
    tried, missed = _sample(points), 0
    for point in tried:
        begin()
        missed += not killed_at(command, point)  # two runs need not write equally often
        try:
            check()
        except BaseException as error:
            error.add_note(f"killed at {point[0]} number {point[1]}")
            raise
    assert missed <= max(1, len(tried) // 7)


def _is_whole(host: Host) -> None:
    assert host.check_store() == ()
    assert host.catalog.check() == ()


def test_save(sides: Sides, tmp_path: Path) -> None:
    def begin() -> None:
        sides.renew("near", "far", "stick")

    def check() -> None:
        with opened(sides["near"]) as near:
            _is_whole(near)
            operate(near, "save", sides["stick"])
            (verdict,) = near.verify(str(sides["stick"]))
            assert verdict.problems == ()
        data = read_feed(sides["stick"]).file(BASE_TARGET)
        assert data is not None
        assert SHARED in Base.parse(data).blobs
        assert not (sides["stick"] / "blobs" / "sha256" / SHARED.hex).exists()
        assert not list((sides["stick"] / "ingest").iterdir())
        with opened(sides["far"]) as far:
            operate(far, "import", sides["stick"])
            assert {f"{one.name}:{one.version}" for one in far.list()} == set(IMAGES)
            _is_whole(far)

    _at_each("save", sides, tmp_path / "log", begin, check)


def test_import(sides: Sides, tmp_path: Path) -> None:
    def begin() -> None:
        sides.renew("far")

    def check() -> None:
        with opened(sides["far"]) as far:
            there = {f"{one.name}:{one.version}": one.content.root for one in far.list()}
            assert there.items() <= IMAGES.items()
            assert len(there) in (len(OLD), len(IMAGES)), "some of a bundle is installed"
            _is_whole(far)
            operate(far, "import", sides["stick"])
            assert {f"{one.name}:{one.version}": one.content.root for one in far.list()} == IMAGES
            far.collect(grace=0)
            reached = far.store.reach(blob for one in far.list() for blob in one.content.blobs)
            assert {digest for digest, _ in far.store.blobs()} == {blob.digest for blob in reached}
            _is_whole(far)

    _at_each("import", sides, tmp_path / "log", begin, check)
