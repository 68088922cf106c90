"""refresh asks every source, whichever fails, and works as long as items come."""

from __future__ import annotations

import time

import pytest

from provider_core import Host
from provider_core.errors import Cancelled, TimedOut, TransportError, UnknownSource

from .hosts import Homes
from .indexed_double import IndexedDouble

Pair = tuple[IndexedDouble, IndexedDouble]


@pytest.fixture
def pair() -> Pair:
    """Return two providers of three packages each."""
    first, second = IndexedDouble(), IndexedDouble("second", "second")
    for one in (first, second):
        one.generations.append(range(3))
    return first, second


def fall(number: int) -> None:
    """Be unreachable."""
    raise TransportError("unreachable")


def sourced(homes: Homes, pair: Pair) -> Host:
    """Return a host with a source of each, both of which have something new."""
    host = homes(*pair)
    host.add_source("first", "indexed://x")
    host.add_source("second", "second://x")
    for one in pair:
        one.generations.append(range(5))
    return host


@pytest.mark.parametrize("names", [(), ("first", "second")])
def test_the_others_are_refreshed(homes: Homes, pair: Pair, names: tuple[str, ...]) -> None:
    host = sourced(homes, pair)
    pair[0].interrupt = fall
    with pytest.raises(TransportError, match="unreachable"):
        host.refresh(*names)
    offers = {row.source.name: row.offers for row in host.sources() if not row.builtin}
    assert offers == {"first": 3, "second": 5}


def test_the_worst_fault_is_raised_after_all_were_asked(homes: Homes, pair: Pair) -> None:
    host = sourced(homes, pair)
    for one in pair:
        one.interrupt = fall
    with pytest.raises(TransportError):
        host.refresh()
    assert [one.asked[-1] for one in pair] == ["1", "1"]


def test_a_cancelled_host_asks_nobody_else(homes: Homes, pair: Pair) -> None:
    host = sourced(homes, pair)
    pair[0].interrupt = lambda _: host.cancel()
    before = list(pair[1].asked)
    with pytest.raises(Cancelled):
        host.refresh()
    assert pair[1].asked == before


def test_an_unknown_name_is_told_before(homes: Homes, pair: Pair) -> None:
    host = sourced(homes, pair)
    with pytest.raises(UnknownSource):
        host.refresh("first", "nowhere")
    assert pair[0].asked == [None]


def test_items_that_come_are_signs_of_life(homes: Homes) -> None:
    index = IndexedDouble()
    index.generations.append(range(12))
    index.interrupt = lambda _: time.sleep(0.1)
    host = homes(index, stall_timeout=0.5)
    host.add_source("feed", "indexed://x")
    assert host.refresh()[0].offers == 12


def test_an_item_that_does_not_come_is_not_waited_for(homes: Homes) -> None:
    index = IndexedDouble()
    index.generations.append(range(3))
    host = homes(index, stall_timeout=0.3)
    come: list[int] = []

    def stall(number: int) -> None:
        come.append(number)
        time.sleep(1.0)

    index.interrupt = stall
    with pytest.raises(TimedOut, match="refresh"):
        host.add_source("feed", "indexed://x")
    time.sleep(1.5)  # the call that was given up ends with its first item
    assert come == [0]
