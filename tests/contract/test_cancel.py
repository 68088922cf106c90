"""A cancelled install changes nothing that is visible, and the same again goes on from there."""

from __future__ import annotations

import threading

import pytest

from provider_core import CancelToken, Context
from provider_core.digests import Digest
from provider_core.errors import BlobNotFound, Cancelled, TimedOut
from provider_core.oci import Descriptor
from provider_core.testing import small_image

from .hosts import Homes, shelf_sources
from .shelf_double import Shelf, image_of

BASE = image_of("base")
APP = small_image({"srv/app": b"app"}, base=BASE)


def test_a_token_stops_it_and_verified_blobs_are_not_fetched_again(
    homes: Homes, shelf: Shelf
) -> None:
    cancel = CancelToken()
    host = homes(shelf, cancel=cancel)
    shelf_sources(host, "lab")
    shelf.put("lab", "app", "1", APP)

    def stop_at_the_last_layer(descriptor: Descriptor, context: Context) -> None:
        if descriptor == APP.layers[-1]:
            cancel.cancel()
            context.check()

    shelf.before_open = stop_at_the_last_layer
    with pytest.raises(Cancelled):
        host.install("app")
    assert host.list() == ()
    before = set(shelf.opened)
    assert APP.layers[0].digest in before
    again = homes(shelf)
    shelf.opened.clear()
    shelf.before_open = lambda _, __: None
    again.install("app")
    assert shelf.opened == [APP.layers[-1].digest]
    assert again.check_store() == ()


def test_the_host_may_be_cancelled_from_another_thread(homes: Homes, shelf: Shelf) -> None:
    host = homes(shelf)
    shelf_sources(host, "lab")
    shelf.put("lab", "app", "1", APP)
    reached = threading.Event()

    def wait(descriptor: Descriptor, context: Context) -> None:
        reached.set()
        context.cancel.wait(30)

    shelf.before_open = wait

    def cancel_when_reached() -> None:
        reached.wait(30)
        host.cancel()

    other = threading.Thread(target=cancel_when_reached)
    other.start()
    with pytest.raises(Cancelled):
        host.install("app")
    other.join()


def test_a_failure_stops_the_others(homes: Homes, shelf: Shelf) -> None:
    host = homes(shelf)
    shelf_sources(host, "lab")
    shelf.put("lab", "slow", "1", image_of("slow"))
    shelf.put("lab", "bad", "1", image_of("bad"))
    slow_runs = threading.Event()
    stopped: list[bool] = []
    bad, slow = image_of("bad").layers[0].digest, image_of("slow").layers[0].digest

    def meet(descriptor: Descriptor, context: Context) -> None:
        if descriptor.digest == slow:
            slow_runs.set()
            try:
                context.cancel.wait(30)
            except BlobNotFound:
                stopped.append(True)
                raise
        if descriptor.digest == bad:
            slow_runs.wait(30)

    shelf.before_open = meet
    shelf.refused[bad] = BlobNotFound(bad, "the shelf")
    with pytest.raises(BlobNotFound):
        host.install("slow", "bad")
    assert stopped == [True]
    assert host.list() == ()


def test_work_without_a_sign_of_life_is_ended(homes: Homes, shelf: Shelf) -> None:
    host = homes(shelf, stall_timeout=0.3)
    shelf_sources(host, "lab")
    shelf.put("lab", "app", "1", APP)
    let_go = threading.Event()
    hung: list[Digest] = []

    def hang(descriptor: Descriptor, context: Context) -> None:
        if descriptor == APP.layers[-1]:
            hung.append(descriptor.digest)
            let_go.wait(30)

    shelf.before_open = hang
    try:
        with pytest.raises(TimedOut, match=r"shelf.install"):
            host.install("app")
    finally:
        let_go.set()
    assert hung == [APP.layers[-1].digest]
    assert host.list() == ()
