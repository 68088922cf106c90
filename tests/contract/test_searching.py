"""Searching for names: sources with a search of their own, and what others were seen to have."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from provider_core import Host, Wishes
from provider_core.context import Context
from provider_core.errors import ProviderFault, TimedOut, UsageError
from provider_core.hookspecs import ProviderSpec, hookimpl
from provider_core.model import Feature, Found, ProviderInfo

from .hosts import Homes
from .shelf_double import Shelf, image_of


class Index(ProviderSpec):
    """A place that can be searched and never listed."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self.fault: Exception | None = None
        self.source = ""

    @hookimpl
    def provider_info(self) -> ProviderInfo:
        """Say what it can do."""
        return ProviderInfo(
            name="index", version="1", features=frozenset({Feature.SEARCH}), schemes=("https",)
        )

    @hookimpl
    def search(self, words: str, limit: int, context: Context) -> Iterator[Found]:
        """Find three names, whatever is asked."""
        self.asked.append((words, limit))
        if self.fault is not None:
            raise self.fault
        assert context.source is not None
        for number in range(3):
            name = f"{words}{number}"
            yield Found(source=self.source or context.source.name, name=name, stars=9 - number)


@pytest.fixture
def index() -> Index:
    """Return the place."""
    return Index()


@pytest.fixture
def opened(homes: Homes, shelf: Shelf, index: Index) -> Host:
    """Return a host with a shelf, and with that place behind it."""
    shelf.put("lab", "Nano", "1", image_of("1"), summary="small")
    shelf.put("lab", "Nano", "2", image_of("2"), summary="small")
    shelf.put("lab", "Core", "1", image_of("3"), summary="larger")
    host = homes(shelf, index)
    host.add_source("lab", "shelf://lab", provider="shelf")
    host.add_source("hub", "https://index.example", provider="index")
    return host


def test_names_of_both_kinds_of_sources_by_priority(opened: Host, index: Index) -> None:
    result = opened.search("nano", limit=2)
    assert [(one.source, one.name, one.stars) for one in result.found] == [
        ("lab", "Nano", None),
        ("hub", "nano0", 9),
        ("hub", "nano1", 8),
    ]
    assert index.asked == [("nano", 2)]


def test_one_source_alone(opened: Host, index: Index) -> None:
    assert {one.source for one in opened.search("x", wishes=Wishes(source="hub")).found} == {"hub"}
    opened.search("nano", wishes=Wishes(source="lab"))
    assert len(index.asked) == 1


def test_offline_nobody_is_asked(homes: Homes, opened: Host, index: Index) -> None:
    opened.close()
    offline = homes(Shelf(), index, offline=True)
    assert offline.search("nano", wishes=Wishes(source="hub")).found == ()
    assert index.asked == []


def test_a_fault_stands_beside_the_others_names(opened: Host, index: Index) -> None:
    index.fault = TimedOut("the index", 3)
    result = opened.search("nano")
    assert [one.name for one in result.found] == ["Nano"]
    assert [type(fault) for fault in result.faults] == [TimedOut]
    with pytest.raises(TimedOut):
        opened.search("nano", wishes=Wishes(strict=True))
    with pytest.raises(TimedOut):
        opened.search("nowhere")


def test_stars_alone_are_every_name_that_is_known_here(
    homes: Homes, opened: Host, index: Index
) -> None:
    known = {package.name for package in opened.find("nano").packages}
    opened.close()
    offline = homes(Shelf(), index, offline=True)
    assert {one.name for one in offline.search("*").found} == known != set()
    assert index.asked == []


def test_words_that_cannot_be_searched_for_are_told(opened: Host, index: Index) -> None:
    index.fault = UsageError("no word", hint="say one")
    with pytest.raises(UsageError, match="no word"):
        opened.search("*")


def test_a_name_of_another_source_is_a_fault(opened: Host, index: Index) -> None:
    index.source = "lab"
    with pytest.raises(ProviderFault):
        opened.search("nowhere")
