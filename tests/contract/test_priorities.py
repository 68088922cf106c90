"""The first source that knows the name decides; an outage never lets a lower one answer."""

from __future__ import annotations

import pytest

from provider_core import Host, Wishes
from provider_core.errors import (
    Ambiguous,
    Offline,
    PackageNotFound,
    ProviderFault,
    TransportError,
    UnknownSource,
)

from .hosts import Homes, shelf_sources
from .shelf_double import Shelf, image_of


@pytest.fixture
def two(homes: Homes, shelf: Shelf) -> Host:
    """Return a host with the shelf `own` above the shelf `world`."""
    host = homes(shelf)
    shelf_sources(host, own=50, world=10)
    return host


def test_a_lower_source_never_outbids_a_higher_one(two: Host, shelf: Shelf) -> None:
    shelf.put("own", "tool", "1.0", image_of("ours"))
    shelf.put("world", "tool", "99.0", image_of("theirs"))
    assert two.install("tool").installed[0].version == "1.0"
    with pytest.raises(PackageNotFound, match="own"):
        two.install("tool>=2")
    with pytest.raises(PackageNotFound, match="own"):
        two.install("tool:99.0")


def test_what_only_a_lower_source_knows_comes_from_there(two: Host, shelf: Shelf) -> None:
    shelf.put("own", "tool", "1.0", image_of("ours"))
    shelf.put("world", "extra", "2.0", image_of("theirs"))
    assert two.install("extra").installed[0].package.id.source == "world"


@pytest.mark.parametrize(
    ("fault", "error"),
    [(TransportError("down"), TransportError), (RuntimeError("broken"), ProviderFault)],
)
def test_a_fault_above_the_deciding_source_fails(
    two: Host, shelf: Shelf, fault: Exception, error: type[Exception]
) -> None:
    shelf.put("world", "tool", "99.0", image_of("theirs"))
    shelf.faults["shelf://own"] = fault
    with pytest.raises(error):
        two.install("tool")
    assert two.list() == ()
    assert two.install("tool", wishes=Wishes(source="world")).installed[0].version == "99.0"


def test_a_fault_below_the_deciding_source_is_nothing_to_it(two: Host, shelf: Shelf) -> None:
    shelf.put("own", "tool", "1.0", image_of("ours"))
    shelf.faults["shelf://world"] = TransportError("down")
    assert two.install("tool").installed[0].version == "1.0"
    assert "shelf://world" not in shelf.asked


def test_equal_priorities_are_ambiguous(homes: Homes, shelf: Shelf) -> None:
    host = homes(shelf)
    shelf_sources(host, left=10, right=10)
    shelf.put("left", "tool", "1.0", image_of("l"))
    assert host.install("tool").installed[0].package.id.source == "left"
    shelf.put("right", "tool", "1.0", image_of("r"))
    with pytest.raises(Ambiguous, match=r"left.*right"):
        host.plan_install("tool")


def test_priorities_fall_in_order_of_adding(homes: Homes, shelf: Shelf) -> None:
    host = homes(shelf)
    shelf_sources(host, "first", "second", "third")
    assert [row.source.priority for row in host.sources() if not row.builtin] == [50, 40, 30]


def test_find_tells_the_faults_apart_from_the_results(two: Host, shelf: Shelf) -> None:
    shelf.put("world", "tool", "99.0", image_of("theirs"))
    shelf.faults["shelf://own"] = TransportError("down")
    result = two.find("tool")
    assert [one.id.source for one in result.packages] == ["world"]
    assert [fault.provider for fault in result.faults] == ["shelf"]
    with pytest.raises(TransportError):
        two.find("tool", wishes=Wishes(strict=True))
    shelf.faults["shelf://world"] = TransportError("down too")
    with pytest.raises(TransportError):
        two.find("tool")


def test_an_unknown_source_is_named(two: Host) -> None:
    with pytest.raises(UnknownSource, match="nowhere"):
        two.install("tool", wishes=Wishes(source="nowhere"))


def test_the_home_decides_no_name_for_install(two: Host, shelf: Shelf) -> None:
    shelf.put("world", "tool", "1.0", image_of("theirs"))
    two.install("tool")
    shelf.put("own", "tool", "0.5", image_of("ours"))
    assert two.plan_install("tool").steps[0].package.version == "0.5"


def test_what_another_place_offered_is_forgotten_with_it(homes: Homes, shelf: Shelf) -> None:
    host = homes(shelf, offline=False)
    shelf_sources(host, "lab")
    shelf.put("lab", "tool", "1.0", image_of("old place"))
    host.find("tool")
    host.set_source("lab", location="shelf://elsewhere")
    offline = homes(shelf, offline=True)
    with pytest.raises(Offline):
        offline.find("tool")


def test_a_source_on_this_machine_is_asked_once_for_a_name(homes: Homes, shelf: Shelf) -> None:
    host = homes(shelf)
    host.add_source("disk", "file:///shelf", provider="shelf")
    with pytest.raises(PackageNotFound):
        host.install("tool:1.0")
    assert shelf.asked == ["/shelf"]
