"""Indexed sources: offers live in the catalog, written with their token or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from provider_core import Host, Trust, Wishes
from provider_core.errors import (
    Conflict,
    Offline,
    PackageNotFound,
    ProviderFault,
    TransportError,
    UnknownProvider,
    Untrusted,
)

from .hosts import Homes
from .indexed_double import IndexedDouble

MANY = 10_000


@pytest.fixture
def index() -> IndexedDouble:
    """Return a source of ten packages."""
    double = IndexedDouble()
    double.generations.append(range(10))
    return double


def indexed(homes: Homes, index: IndexedDouble) -> Host:
    """Return a host with that source, refreshed."""
    host = homes(index)
    host.add_source("feed", "indexed://feed")
    return host


def names(host: Host) -> set[str]:
    """Return the names that the host knows of."""
    return {one.name for one in host.find().packages if one.id.provider == "indexed-double"}


def test_adding_a_source_refreshes_it(homes: Homes, index: IndexedDouble) -> None:
    host = indexed(homes, index)
    assert names(host) == {f"pkg-{number}" for number in range(10)}
    assert host.install("pkg-3").installed[0].package.id.source == "feed"
    assert index.asked == [None]


def test_ten_thousand_come_and_go(homes: Homes, index: IndexedDouble) -> None:
    host = indexed(homes, index)
    index.generations.append(range(5, 5 + MANY))
    (result,) = host.refresh()
    assert (result.changed, result.offers) == (True, MANY)
    with pytest.raises(PackageNotFound):
        host.find("pkg-4")
    assert host.find("pkg-10004").packages
    index.generations.append(range(2))
    assert host.refresh("feed")[0].offers == 2
    assert names(host) == {"pkg-0", "pkg-1"}
    assert host.refresh()[0].changed is False
    assert index.asked == [None, "1", "2", "3"]


def test_find_needs_no_provider(homes: Homes, index: IndexedDouble) -> None:
    indexed(homes, index)
    without = homes()
    assert without.find("pkg-7").packages[0].summary == "the number 7"
    assert {one.name for one in without.find(words="number 8").packages} == {"pkg-8"}
    with pytest.raises(UnknownProvider):
        without.install("pkg-7")
    assert index.asked == [None]


def test_a_fault_leaves_the_old_offers(homes: Homes, index: IndexedDouble) -> None:
    host = indexed(homes, index)
    index.generations.append(range(1000))

    def fall(number: int) -> None:
        if number == 900:
            raise RuntimeError("the line went dead")

    index.interrupt = fall
    with pytest.raises(ProviderFault, match="the line went dead"):
        host.refresh()
    assert len(names(host)) == 10
    index.interrupt = lambda _: None
    assert host.refresh()[0].offers == 1000
    assert index.asked == [None, "1", "1"]


def test_our_own_errors_pass_through_the_generator(homes: Homes, index: IndexedDouble) -> None:
    host = indexed(homes, index)
    index.generations.append(range(20))

    def fall(number: int) -> None:
        raise TransportError("unreachable")

    index.interrupt = fall
    with pytest.raises(TransportError) as caught:
        host.refresh()
    assert caught.value.provider == "indexed-double"
    assert len(names(host)) == 10


def test_a_stale_answer_is_asked_for_again(homes: Homes, index: IndexedDouble) -> None:
    host = indexed(homes, index)
    other = homes(index)
    index.generations.append(range(20))

    def overtake() -> None:
        index.before_answer = lambda: None
        other.refresh()
        index.generations.append(range(30))

    index.before_answer = overtake
    assert host.refresh()[0].offers == 30
    assert index.asked == [None, "1", "1", "2"]


def test_who_is_always_overtaken_gives_up(homes: Homes, index: IndexedDouble) -> None:
    host = indexed(homes, index)
    other = homes(index)

    def overtake() -> None:
        index.generations.append(range(len(index.generations)))
        index.before_answer = lambda: None
        other.refresh()
        index.before_answer = overtake
        index.generations.append(range(len(index.generations)))

    index.generations.append(range(20))
    index.before_answer = overtake
    with pytest.raises(Conflict, match="feed"):
        host.refresh()


def test_another_place_starts_anew(homes: Homes, index: IndexedDouble) -> None:
    host = indexed(homes, index)
    host.set_source("feed", location="indexed://elsewhere")
    assert index.asked == [None, None]


def test_a_removed_source_takes_its_offers_with_it(homes: Homes, index: IndexedDouble) -> None:
    host = indexed(homes, index)
    host.remove_source("feed")
    assert names(host) == set()
    host.add_source("feed", "indexed://feed")
    assert index.asked == [None, None]


def test_lost_offers_are_brought_again(homes: Homes, index: IndexedDouble) -> None:
    host = indexed(homes, index)
    host.close()
    host.home.offers.unlink()
    assert len(names(homes(index))) == 10
    assert index.asked == [None, None]


def test_a_source_added_offline_is_refreshed_by_the_first_find(
    homes: Homes, index: IndexedDouble
) -> None:
    homes(index, offline=True).add_source("feed", "indexed://feed")
    assert index.asked == []
    with pytest.raises(Offline, match="feed"):
        homes(index, offline=True).find("pkg-*")
    assert len(names(homes(index))) == 10


def test_an_untrusted_source_is_refreshed_when_it_is_taken(
    homes: Homes, index: IndexedDouble
) -> None:
    host = homes(index, offline=True)
    source = host.add_source("feed", "indexed://feed")
    with host.catalog.change("source set") as change:
        change.put_source(replace(source, trust=Trust.UNTRUSTED))
    online = homes(index)
    with pytest.raises(Untrusted):
        online.find("pkg-1")
    assert index.asked == []
    assert online.find("pkg-1", wishes=Wishes(allow_untrusted=True)).packages


def test_a_source_that_cannot_be_refreshed_is_not_added(homes: Homes, index: IndexedDouble) -> None:
    def fall(number: int) -> None:
        raise TransportError("unreachable")

    index.interrupt = fall
    host = homes(index)
    with pytest.raises(TransportError):
        host.add_source("feed", "indexed://feed")
    assert not [row for row in host.sources() if row.source.name == "feed"]


def test_offline_refreshes_nothing_and_finds_all(homes: Homes, index: IndexedDouble) -> None:
    indexed(homes, index)
    offline = homes(index, offline=True)
    wishes = Wishes(all_versions=True)
    assert len(offline.find("pkg-*", wishes=wishes).packages) == 10
