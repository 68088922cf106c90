"""A question has a deadline; a local file may take as long as it shows signs of life."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from provider_core import Context, Package, Query, hookimpl, replacing
from provider_core.errors import TimedOut
from provider_core.references import Reference

from .hosts import Homes, shelf_sources
from .shelf_double import Shelf, image_of
from .windows_double import WindowsDouble, wim_bytes

STEPS = 8


class Slow(WindowsDouble):
    """Takes its time to see what is in a file."""

    def __init__(self, *, tells: bool) -> None:
        self._tells = tells

    @hookimpl
    def resolve(self, reference: Reference, context: Context) -> Iterator[Package]:
        """Work for eight tenths of a second."""
        for _ in range(STEPS):
            time.sleep(0.1)
            if self._tells:
                context.progress.advance("file", 1)
        yield from super().resolve(reference, context)


@pytest.fixture
def wim(tmp_path: Path) -> Path:
    """Return a file to be slow about."""
    path = tmp_path / "nano.wim"
    path.write_bytes(wim_bytes(("Nano", "1.0", b"n")))
    return path


def test_a_file_may_take_longer_than_a_question(homes: Homes, wim: Path) -> None:
    host = homes(Slow(tells=True), question_timeout=0.3, stall_timeout=0.5)
    assert host.install(str(wim)).installed


def test_not_if_nothing_moves(homes: Homes, wim: Path) -> None:
    host = homes(Slow(tells=False), question_timeout=30.0, stall_timeout=0.3)
    with pytest.raises(TimedOut, match=r"windows-double\.resolve"):
        host.install(str(wim))


def test_what_was_given_up_while_it_was_flushed_does_not_appear(
    homes: Homes, shelf: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = homes(shelf, stall_timeout=0.3)
    shelf_sources(host, "lab")
    shelf.put("lab", "app", "1", image_of("app"))
    host.install("app")
    flushed = threading.Event()

    def slow(fd: int) -> None:
        time.sleep(1.0)
        flushed.set()

    monkeypatch.setattr(replacing, "sync_file", slow)
    out = tmp_path / "out"
    out.mkdir()
    with pytest.raises(TimedOut, match=r"archive\.save"):
        host.save("app", to=str(out / "app.tar"))
    assert flushed.wait(10)
    for _ in range(100):
        if not list(out.iterdir()):
            break
        time.sleep(0.05)
    assert list(out.iterdir()) == []


def test_a_source_that_hangs_is_a_fault_beside_the_others(homes: Homes, shelf: Shelf) -> None:
    class Hanging(Shelf):
        """Never answers in time."""

        name = "hanging"
        schemes = ("hanging",)

        def packages(self, query: Query, context: Context) -> Iterator[Package]:
            """Wait until the host gives up."""
            context.cancel.wait(30)
            yield from ()

    host = homes(shelf, Hanging(), question_timeout=0.3)
    shelf_sources(host, "lab")
    host.add_source("stuck", "hanging://x")
    shelf.put("lab", "app", "1", image_of("app"))
    result = host.find("app")
    assert [one.name for one in result.packages] == ["app"]
    assert [type(fault) for fault in result.faults] == [TimedOut]
    assert host.install("app").installed
