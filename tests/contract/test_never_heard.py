"""What was never heard of a source is no answer of it: a lower one does not decide instead."""

from __future__ import annotations

import os

import pytest

from provider_core import Host, Wishes
from provider_core.errors import Offline, PackageNotFound, TransportError

from .hosts import Homes, shelf_sources
from .indexed_double import IndexedDouble
from .shelf_double import Shelf, image_of


@pytest.fixture
def index() -> IndexedDouble:
    """Return a feed of three packages."""
    double = IndexedDouble()
    double.generations.append(range(3))
    return double


def two_levels(homes: Homes, index: IndexedDouble, shelf: Shelf) -> None:
    """Make a home with the feed, never refreshed, above a shelf that has its names too."""
    shelf.put("low", "pkg-1", "9.9", image_of("of somebody else"))
    shelf.put("low", "tool", "1.0", image_of("tool"))
    host = homes(index, shelf, offline=True)
    host.add_source("high", "indexed://feed", priority=50)
    shelf_sources(host, low=10)
    homes(index, shelf).find("tool", wishes=Wishes(source="low"))


def test_a_feed_that_was_never_refreshed_decides_offline(
    homes: Homes, index: IndexedDouble, shelf: Shelf
) -> None:
    two_levels(homes, index, shelf)
    offline = homes(index, shelf, offline=True)
    for name in ("pkg-1", "tool"):
        with pytest.raises(Offline, match="high"):
            offline.install(name)
    assert index.asked == []
    assert homes(index, shelf).plan_install("pkg-1").steps[0].package.id.source == "high"


def test_a_find_tells_it_beside_the_others(
    homes: Homes, index: IndexedDouble, shelf: Shelf
) -> None:
    two_levels(homes, index, shelf)
    result = homes(index, shelf, offline=True).find("tool")
    assert [one.id.source for one in result.packages] == ["low"]
    assert [type(fault) for fault in result.faults] == [Offline]


def test_a_home_that_cannot_be_changed_is_no_excuse(
    homes: Homes, index: IndexedDouble, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_levels(homes, index, shelf)
    monkeypatch.setattr(os, "access", lambda path, mode, **_: False)
    with pytest.raises(TransportError, match=r"high.*never refreshed"):
        homes(index, shelf).plan_install("pkg-1")
    assert index.asked == []


def asked_before(homes: Homes, shelf: Shelf) -> Host:
    """Return an offline host that asked `high` for `known` while it was online."""
    host = homes(shelf)
    shelf_sources(host, high=50, low=10)
    for name in ("known", "other"):
        shelf.put("high", name, "1.0", image_of(f"high {name}"))
        shelf.put("low", name, "9.0", image_of(f"low {name}"))
    host.find("known")
    host.find("other", wishes=Wishes(source="low"))
    return homes(shelf, offline=True)


def test_a_name_that_was_never_asked_for_is_not_unknown(homes: Homes, shelf: Shelf) -> None:
    offline = asked_before(homes, shelf)
    assert offline.plan_install("known").steps[0].package.version == "1.0"
    with pytest.raises(Offline, match="high"):
        offline.plan_install("other")
    assert offline.plan_install("other", wishes=Wishes(source="low")).steps


def test_another_version_of_a_known_name_is_not_there(homes: Homes, shelf: Shelf) -> None:
    offline = asked_before(homes, shelf)
    with pytest.raises(PackageNotFound, match="high"):
        offline.plan_install("known==9.0")


def test_what_names_nothing_is_answered_from_memory(homes: Homes, shelf: Shelf) -> None:
    result = asked_before(homes, shelf).find()
    assert {(one.name, one.id.source) for one in result.packages if one.name != "sample/hello"} >= {
        ("known", "high"),
        ("known", "low"),
        ("other", "low"),
    }
    assert result.faults == ()
