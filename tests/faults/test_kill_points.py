"""kill -9 at every change of files that uninstall and move make: before or after, never between.

A sample of the points by default; all of them with IMAGEFERRY_EVERY_KILL_POINT=1.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from provider_core import Host, Settings
from provider_core.operations.facts import is_here

from ..support.other_disk import other_disk
from .kill_runner import operate
from .tracing import Point, changes_of, killed_at

RUNNER = str(Path(__file__).with_name("kill_runner.py"))
EVERY = os.environ.get("IMAGEFERRY_EVERY_KILL_POINT", "") not in ("", "0")
SAMPLE = 14

pytestmark = [pytest.mark.slow, pytest.mark.peer("strace")]


class Place:
    """A home that is made anew for each point, and where its store is to go."""

    def __init__(self, template: Path, home: Path, target: Path) -> None:
        self.template = template
        self.home = home
        self.target = target

    def renew(self) -> None:
        """Make the home as it was before, and nothing where its store is to go."""
        for left in (self.home, *self.target.parent.iterdir()):
            shutil.rmtree(left, ignore_errors=True)
        shutil.copytree(self.template, self.home)

    def host(self) -> Host:
        """Open the home."""
        return Host(self.home, settings=Settings(plugins=False))


@pytest.fixture(params=["uninstall", "rename", "copy"])
def verb(request: pytest.FixtureRequest) -> str:
    """Return what is done: uninstalling, moving on one disk, moving to another one."""
    return str(request.param)


@pytest.fixture
def place(tmp_path: Path, verb: str) -> Iterator[Place]:
    """Return a home with three images, one of them made from another."""
    template = tmp_path / "template"
    with Host(template) as host:
        host.install("sample/base", "sample/hello:1.1", "sample/hello:2.0")
    if verb == "copy":
        with other_disk(tmp_path) as folder:
            yield Place(template, tmp_path / "home", folder / "store")
    else:
        (tmp_path / "to").mkdir()
        yield Place(template, tmp_path / "home", tmp_path / "to" / "store")


def chosen(points: tuple[Point, ...]) -> list[Point]:
    """Return the points to try: all, or a sample, another one in each run."""
    if EVERY or len(points) <= SAMPLE:
        return list(points)
    return random.Random().sample(points, SAMPLE)


def hold_to_promises(place: Place, verb: str) -> None:
    """Look at what a killed process left, do the same again, and look at the end."""
    with place.host() as host:
        versions = [f"{image.name}:{image.version}" for image in host.list()]
        assert versions in (
            ["sample/base:1.0", "sample/hello:2.0", "sample/hello:1.1"],
            ["sample/base:1.0", "sample/hello:1.1"],
        )
        assert verb == "uninstall" or len(versions) == 3
        assert all(is_here(image.content, host.store) for image in host.list())
        assert host.check_store() == ()
        assert host.catalog.check() == ()
        assert host.home.store in (place.home / "store", place.target)
        if (len(versions) == 3) if verb == "uninstall" else (host.home.store != place.target):
            operate(host, verb, str(place.target))
        host.collect(grace=0)
        reached = host.store.reach(blob for image in host.list() for blob in image.content.blobs)
        assert {digest for digest, _ in host.store.blobs()} == {blob.digest for blob in reached}
        assert host.check_store() == ()
        if verb != "uninstall":
            assert os.listdir(place.target.parent) == [place.target.name]
            assert not (place.home / "store").exists()


def test_before_or_after_never_between(tmp_path: Path, place: Place, verb: str) -> None:
    command = [RUNNER, "uninstall" if verb == "uninstall" else "move", str(place.home)]
    command.append(str(place.target))
    place.renew()
    points = changes_of(command, tmp_path / "log")
    hold_to_promises(place, verb)
    assert len(points) > SAMPLE
    missed, tried = 0, chosen(points)
    for point in tried:
        place.renew()
        missed += not killed_at(command, point)  # two runs need not write equally often
        try:
            hold_to_promises(place, verb)
        except BaseException as error:
            error.add_note(f"killed at {point[0]} number {point[1]}")
            raise
    assert missed <= len(tried) // 7
