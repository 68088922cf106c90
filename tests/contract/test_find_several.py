"""find: several names at once, and a program that is interrupted while sources are asked."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from provider_core import Context, Host, Query, Wishes
from provider_core.errors import PackageNotFound, TransportError
from provider_core.model import Package

from .hosts import Homes, shelf_sources
from .shelf_double import Shelf, image_of


def test_a_name_that_is_nowhere_is_a_fault_beside_the_others(host: Host, shelf: Shelf) -> None:
    shelf.put("lab", "app", "1", image_of("app"))
    result = host.find("nothere", "app", "nor-this")
    assert [one.name for one in result.packages] == ["app"]
    assert [type(fault) for fault in result.faults] == [PackageNotFound, PackageNotFound]
    assert "nothere" in result.faults[0].message


def test_it_is_raised_where_nothing_else_is_to_say(host: Host, shelf: Shelf) -> None:
    with pytest.raises(PackageNotFound, match="nothere"):
        host.find("nothere", "nor-this")
    shelf.put("lab", "app", "1", image_of("app"))
    with pytest.raises(PackageNotFound, match="nothere"):
        host.find("nothere", "app", wishes=Wishes(strict=True))


def test_a_source_that_failed_may_have_it(homes: Homes, shelf: Shelf) -> None:
    host = homes(shelf)
    shelf_sources(host, "up", "down")
    shelf.faults["shelf://down"] = TransportError("down")
    shelf.put("up", "app", "1", image_of("app"))
    result = host.find("app", "nothere")
    assert [type(fault) for fault in result.faults] == [TransportError, TransportError]


@pytest.mark.usefixtures("interruptible")
@pytest.mark.skipif(os.name != "posix", reason="a signal that reaches the process itself")
def test_an_interrupted_program_does_not_wait(homes: Homes) -> None:
    ended = threading.Event()

    class Slow(Shelf):
        """Interrupts the program, and would take half a minute."""

        def packages(self, query: Query, context: Context) -> tuple[Package, ...]:  # type: ignore[override]
            """Wait until the host gives up."""
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
            try:
                context.cancel.wait(30)
            finally:
                ended.set()
            return ()

    host = homes(Slow())
    shelf_sources(host, "lab")
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        host.find("app")
    assert ended.wait(10)
    assert time.monotonic() - began < 15
