from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.errors import WimError
from provider_wim.layer.names import (
    check_stream_names,
    fault_of,
    fault_of_stream,
    folded,
    sorted_children,
)

from ....support.windows import file, folder


@pytest.mark.parametrize(
    "name",
    ["a:b", "a/b", "a\\b", "what?", "st*r", "a<b", 'a"b', "a|b", "a\0", "a\n", "end.", "end "],
)
def test_characters_that_windows_does_not_have(name: str) -> None:
    assert fault_of(name)


@pytest.mark.parametrize("name", ["CON", "nul", "Aux.txt", "com1", "LPT9.log", "COM²", "conin$"])
def test_devices(name: str) -> None:
    assert fault_of(name)


@pytest.mark.parametrize(
    "name", ["CONSOLE", "com", "com10", "nul1", ".git", "a b", "ünïcode", "😀", "~1", "$MFT"]
)
def test_ordinary_names(name: str) -> None:
    assert not fault_of(name)


def test_half_of_a_surrogate_pair() -> None:
    assert fault_of("a\ud800")


def test_names_fold_by_character() -> None:
    assert folded("Straße") == "STRAßE"
    assert folded("ÄÖx") == folded("äöX") == "ÄÖX"


@given(st.text(max_size=20))
def test_folding_twice_is_folding_once(name: str) -> None:
    assert folded(folded(name)) == folded(name)


def test_children_come_as_windows_lists_them() -> None:
    names = ["b", "A", "_", "Ab", "aa", "\uffee", "😀", "Z"]
    tree = folder("", *map(file, names))
    listed = [child.name for child in sorted_children(tree, "Files")]
    assert listed == ["A", "aa", "Ab", "b", "Z", "_", "😀", "\uffee"]
    again = folder("", *map(file, reversed(names)))
    assert [child.name for child in sorted_children(again, "Files")] == listed


@pytest.mark.parametrize("names", [("readme", "README"), ("ä", "Ä")])
def test_two_names_that_windows_takes_for_one(names: tuple[str, str]) -> None:
    with pytest.raises(WimError, match="but for its case"):
        sorted_children(folder("", *map(file, names)), "Files")


def test_a_bad_name_is_named_with_its_path() -> None:
    with pytest.raises(WimError, match=r"Files/a:b"):
        sorted_children(folder("", file("a:b")), "Files")


@pytest.mark.parametrize("names", [("a:b",), ("a/b",), ("",), ("a", "A"), ("\ud800",)])
def test_bad_streams(names: tuple[str, ...]) -> None:
    with pytest.raises(WimError):
        check_stream_names(names, "Files/x")


def test_streams_of_old_programs() -> None:
    check_stream_names(["\x05SummaryInformation", "Zone.Identifier"], "Files/x")


def test_a_name_is_as_long_as_its_utf_16() -> None:
    assert not fault_of("😀" * 127)
    assert "255" in fault_of("😀" * 128)
    assert not fault_of_stream("😀" * 127)
    assert "255" in fault_of_stream("😀" * 128)
