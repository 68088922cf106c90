"""One pace for all connections: never faster than was said, whoever moves the bytes."""

from __future__ import annotations

import math
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.errors import Cancelled
from provider_core.oci import Descriptor
from provider_core.testing import FaultServer, MemoryStore
from provider_core.transport import HttpTransport, Location, Pace, TransportSettings
from provider_core.transport.waiting import Check, nothing_to_check

DATA = bytes(range(256)) * 1024


class Clock:
    """Time that passes when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept = 0.0
        self._lock = threading.Lock()

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float, check: Check) -> None:
        check()
        with self._lock:
            self.now += seconds
            self.slept += seconds


@given(
    st.floats(1, 1e9),
    st.lists(st.tuples(st.integers(0, 1 << 20), st.floats(0, 5)), max_size=30),
)
def test_never_more_than_the_rate_and_a_little_ahead(
    rate: float, moves: list[tuple[int, float]]
) -> None:
    clock = Clock()
    pace = Pace(rate, clock=clock, sleep=clock.sleep)
    total = 0
    for count, idle in moves:
        clock.now += idle
        pace.passed(count, nothing_to_check)
        total += count
    assert total <= rate * (clock.now + 0.25) * (1 + 1e-9) + 1


@given(st.floats(1, 1e9), st.lists(st.integers(0, 1 << 20), max_size=30))
def test_no_slower_than_it_must_be(rate: float, counts: list[int]) -> None:
    clock = Clock()
    pace = Pace(rate, clock=clock, sleep=clock.sleep)
    for count in counts:
        pace.passed(count, nothing_to_check)
    assert clock.now <= sum(counts) / rate * (1 + 1e-9) + 1e-6


@given(st.floats(0.1, 1e12))
def test_pieces_are_small_enough_to_flow(rate: float) -> None:
    piece = Pace(rate).piece
    assert 1 <= piece <= 1 << 20
    assert piece == 1 or piece <= rate * 0.25


def test_whoever_sleeps_can_be_woken() -> None:
    def stop() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        Pace(1.0).passed(100, stop)


def test_two_transports_and_their_connections_share_it() -> None:
    clock = Clock()
    pace = Pace(100_000, clock=clock, sleep=clock.sleep)
    blob = Descriptor.of(DATA, "application/octet-stream")
    with (
        FaultServer({"/blob": DATA}) as server,
        HttpTransport(TransportSettings(), pace=pace) as one,
        HttpTransport(
            TransportSettings(connections=3, parallel_from=1, segment=50_000, fast=math.inf),
            pace=pace,
        ) as two,
    ):

        def fetch(transport: HttpTransport) -> None:
            store = MemoryStore()
            partial = store.writer(store.lease().__enter__()).expect(blob)
            assert partial is not None
            with partial:
                transport.download(blob, [Location(url=server.url("/blob"))], partial)
                partial.commit()

        threads = [threading.Thread(target=fetch, args=(which,)) for which in (one, two)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert clock.slept > 0
    assert pace.passed(0, nothing_to_check) >= 0
    assert 2 * len(DATA) <= 100_000 * (clock.now + 0.25)


def test_what_is_sent_counts_too() -> None:
    clock = Clock()
    pace = Pace(10_000, clock=clock, sleep=clock.sleep)
    with (
        FaultServer({"/blob": b""}) as server,
        HttpTransport(TransportSettings(), pace=pace) as transport,
    ):
        transport.request("PUT", server.url("/blob"), body=bytes(50_000))
    assert clock.now >= 50_000 / 10_000 - 0.25


def test_a_deadline_is_not_for_what_the_pace_takes() -> None:
    settings = TransportSettings(deadline=0.4, retries=0)
    with (
        FaultServer({"/blob": bytes(40_000)}) as server,
        HttpTransport(settings, pace=Pace(40_000)) as transport,
    ):
        transport.request("PUT", server.url("/blob"), body=bytes(40_000))
        assert len(transport.request("GET", server.url("/blob")).body) == 40_000
