from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_wim.layer.reparse import JUNCTION, SYMLINK, link_of, target_of
from provider_wim.tree import Reparse

TARGETS = [
    "C:\\Users",
    "..\\a\\b",
    "\\rooted",
    "\\\\server\\share\\dir",
    "\\\\?\\Volume{01234567-89ab-cdef-0123-456789abcdef}\\",
    "ü\\日本\\😀",
]


def reparse(name: str, *, tag: int = SYMLINK, flags: int = 0) -> Reparse:
    """Return a link with this substitute name, and another one to be printed."""
    raw, shown = name.encode("utf-16-le"), "shown".encode("utf-16-le")
    head = struct.pack("<HHHH", len(shown), len(raw), 0, len(shown))
    return Reparse(
        tag=tag, data=head + (struct.pack("<I", flags) if tag == SYMLINK else b"") + shown + raw
    )


@pytest.mark.parametrize("target", TARGETS)
def test_a_link_made_of_a_text_has_it(target: str) -> None:
    assert target_of(link_of(target, junction=False)) == target


@pytest.mark.parametrize("target", ["C:\\Users", TARGETS[4]])
def test_a_junction_too(target: str) -> None:
    made = link_of(target, junction=True)
    assert made.tag == JUNCTION
    assert target_of(made) == target


@pytest.mark.parametrize(
    ("name", "flags", "target"),
    [
        ("\\??\\C:\\Users", 0, "C:\\Users"),
        ("\\??\\UNC\\server\\share", 0, "\\\\server\\share"),
        ("\\??\\Volume{x}\\", 0, "\\\\?\\Volume{x}\\"),
        ("..\\a", 1, "..\\a"),
        ("\\a", 1, "\\a"),
    ],
)
def test_what_windows_writes_is_read(name: str, flags: int, target: str) -> None:
    assert target_of(reparse(name, flags=flags)) == target


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        ("\\Device\\Mup", 0),  # no drive letter says it
        ("C:\\a", 1),  # would come back as absolute
        ("", 1),
        ("a\0b", 1),
        ("x" * 8_000, 1),
    ],
)
def test_what_no_text_says_is_no_target(name: str, flags: int) -> None:
    assert target_of(reparse(name, flags=flags)) is None


def test_other_tags_are_no_links() -> None:
    assert target_of(Reparse(tag=0x80000017, data=bytes(16))) is None


@given(st.binary(max_size=64), st.sampled_from([SYMLINK, JUNCTION]))
def test_damaged_data_is_never_an_exception(data: bytes, tag: int) -> None:
    target_of(Reparse(tag=tag, data=data))


def test_a_target_may_be_too_long() -> None:
    with pytest.raises(ValueError, match="too long"):
        link_of("x" * 9_000, junction=False)


def test_the_data_is_that_of_go_winio() -> None:
    assert link_of("C:\\a", junction=True).data.hex() == (
        "0000"
        "1000"
        "1200"
        "0800" + "\\??\\C:\\a\0".encode("utf-16-le").hex() + "C:\\a\0".encode("utf-16-le").hex()
    )
