"""Ctrl-C and bugs in the middle of several downloads: nobody waits for the slowest."""

from __future__ import annotations

import signal
import threading
from typing import Any

import pytest

from provider_core import Content, Context, Package
from provider_core.dispatch import Dispatcher
from provider_core.errors import Cancelled
from provider_core.oci import Descriptor

from .hosts import Homes, shelf_sources
from .shelf_double import Shelf, image_of

APP = image_of("app")


@pytest.mark.usefixtures("interruptible")
@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="needs POSIX signals")
def test_ctrl_c_does_not_wait_for_a_download(homes: Homes, shelf: Shelf) -> None:
    host = homes(shelf)
    shelf_sources(host, "lab")
    shelf.put("lab", "app", "1", APP)
    main = threading.main_thread().ident
    assert main == threading.get_ident(), "signals reach the main thread alone"
    let_go, ended = threading.Event(), threading.Event()
    told: list[bool] = []

    def hang(descriptor: Descriptor, context: Context) -> None:
        if descriptor == APP.layers[-1]:
            signal.pthread_kill(main, signal.SIGINT)
            let_go.wait(60)  # deaf to everything
            told.append(context.cancel.is_cancelled)
            ended.set()

    shelf.before_open = hang
    try:
        with pytest.raises(KeyboardInterrupt):
            host.install("app")
        assert not ended.is_set()
    finally:
        let_go.set()
    assert ended.wait(60)
    assert told == [True]
    assert host.list() == ()


def test_a_bug_stops_the_others_and_is_shown(
    homes: Homes, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = homes(shelf, jobs=2)
    shelf_sources(host, "lab")
    shelf.put("lab", "slow", "1", image_of("slow"))
    shelf.put("lab", "bad", "1", image_of("bad"))
    slow = image_of("slow").layers[0].digest
    slow_runs, stopped = threading.Event(), threading.Event()

    def meet(descriptor: Descriptor, context: Context) -> None:
        if descriptor.digest == slow:
            slow_runs.set()
            try:
                context.cancel.wait(60)
            except Cancelled:
                stopped.set()
                raise

    install = Dispatcher.install

    def buggy(self: Dispatcher, provider: str, package: Package, *others: Any) -> Content:
        if package.name == "bad":
            slow_runs.wait(60)
            raise RuntimeError("a bug")
        return install(self, provider, package, *others)

    shelf.before_open = meet
    monkeypatch.setattr(Dispatcher, "install", buggy)
    with pytest.raises(RuntimeError, match="a bug"):
        host.install("slow", "bad")
    assert stopped.is_set()
