from __future__ import annotations

import gc
from datetime import UTC

import pytest

from provider_core.cancel import CancelToken
from provider_core.errors import Cancelled, Locked, NoSpace, NotSupported, Offline
from provider_core.model import Package as Offer
from provider_core.model import PackageId, Query, Source
from provider_core.platforms import Platform, PlatformSet
from provider_core.testing import (
    MemoryCatalogView,
    MemoryTransport,
    RecordingProgress,
    TemporaryState,
    make_context,
    memory_spool,
    small_image,
    watched_io,
)
from provider_core.transport import Origin

SHELF = Source(name="shelf", provider="acme", location="/srv", options={"drive": "st0"})


def test_a_context_is_whole_without_being_told_anything() -> None:
    context = make_context()
    assert context.source is None
    assert context.platforms.is_all
    assert context.transport.request("GET", "https://x.example/").status == 404
    assert context.catalog.installed() == ()
    assert context.clock() == context.clock()
    assert context.clock().tzinfo is UTC
    assert context.credentials(Origin.of("https://x.example")) is None
    assert not context.offline
    context.check()
    with pytest.raises(NotSupported, match="'courier'"):
        context.sign("courier")


def test_options_come_on_top_of_the_sources() -> None:
    context = make_context(SHELF, options={"drive": "st1", "force": True})
    assert context.options == {"drive": "st1", "force": True}
    assert make_context(SHELF).options == {"drive": "st0"}
    assert make_context(SHELF).catalog.sources() == (SHELF,)


def test_offline_refuses_the_network() -> None:
    context = make_context(offline=True)
    assert context.offline
    with pytest.raises(Offline):
        context.transport.request("GET", "https://x.example/")


def test_parts_can_be_given() -> None:
    network, token = MemoryTransport(), CancelToken()
    wanted = PlatformSet.of(Platform(os="linux", architecture="arm64"))
    context = make_context(transport=network, cancel=token, platforms=wanted)
    assert (context.transport, context.platforms) == (network, wanted)
    token.cancel()
    with pytest.raises(Cancelled):
        context.check()


def test_state_is_a_folder_that_goes_with_the_test() -> None:
    state = TemporaryState()
    folder = state.folder
    (folder / "token").write_text("42")
    assert state.folder == folder
    with state.lock(), pytest.raises(Locked), state.lock(seconds=0.01):
        pass
    del state
    gc.collect()
    assert not folder.exists()


def test_a_spool_can_be_sought_in_and_has_a_limit() -> None:
    with memory_spool(8) as spool:
        spool.write(b"12345678")
        spool.seek(2)
        assert spool.read(2) == b"34"
        spool.seek(7)
        with pytest.raises(NoSpace):
            spool.write(b"89")


def test_progress_is_remembered() -> None:
    progress = RecordingProgress()
    progress.start("a", "layer", 10)
    progress.advance("a", 4)
    progress.advance("a", 6)
    progress.done("a")
    progress.notice("slow tape")
    assert progress.labels == {"a": "layer"}
    assert progress.totals == progress.advanced == {"a": 10}
    assert (progress.ended, progress.notices) == (["a"], ["slow tape"])


def test_a_catalog_answers_questions_about_its_offers() -> None:
    offers = [
        Offer(
            id=PackageId(provider="acme", source=source, name=name, version="1"),
            pin=small_image({}).root,
        )
        for source, name in [("shelf", "Box"), ("shelf", "jar"), ("other", "box")]
    ]
    catalog = MemoryCatalogView(offers=offers, sources=[SHELF])
    assert catalog.offers(Query(name="box"), ["shelf"]) == (offers[0],)
    assert catalog.images_named("box") == ()


def test_io_is_seen_in_this_thread_and_only_while_watched() -> None:
    with watched_io() as seen:
        open(__file__, "rb").close()
    open(__file__, "rb").close()
    assert seen == [f"open {__file__}"]
    with watched_io() as seen:
        sum(range(10))
    assert seen == []
