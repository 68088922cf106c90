"""Laws of byte ranges, and how Content-Range is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.transport.ranges import (
    Range,
    content_range,
    overlaps,
    range_header,
    segments,
    total,
)


@st.composite
def gaps(draw: st.DrawFn) -> list[Range]:
    """Draw ranges in order that do not touch."""
    ends = sorted(draw(st.sets(st.integers(0, 200), max_size=12)))
    return list(zip(ends[::2], ends[1::2], strict=False))


def members(ranges: list[Range]) -> set[int]:
    return {at for start, end in ranges for at in range(start, end)}


@given(gaps(), st.integers(1, 50))
def test_segments_are_the_same_bytes_in_order_and_small(ranges: list[Range], size: int) -> None:
    pieces = list(segments(ranges, size))
    assert members(pieces) == members(ranges)
    assert pieces == sorted(pieces)
    assert total(pieces) == total(ranges)
    assert all(0 < end - start <= size for start, end in pieces)


@given(gaps(), st.integers(0, 200), st.integers(0, 200))
def test_overlaps_are_an_intersection(ranges: list[Range], start: int, end: int) -> None:
    common = list(overlaps(ranges, start, end))
    assert members(common) == members(ranges) & set(range(start, end))


@given(st.integers(0, 10**18), st.integers(1, 10**18), st.integers(0, 10**18))
def test_a_well_formed_content_range_is_read(first: int, count: int, rest: int) -> None:
    end = first + count
    size = end + rest
    assert content_range(f"bytes {first}-{end - 1}/{size}") == ((first, end), size)
    assert content_range(f"bytes {first}-{end - 1}/*") == ((first, end), None)
    assert range_header(first, end) == f"bytes={first}-{end - 1}"


@pytest.mark.parametrize(
    "value",
    [
        "",
        "bytes",
        "bytes 0-9",
        "bytes */10",
        "bytes 9-0/10",
        "bytes 0-10/10",
        "bytes 0-9/x",
        "bytes -1-9/10",
        "bytes +0-9/10",
        "bytes \N{ARABIC-INDIC DIGIT ONE}-9/10",
        "lines 0-9/10",
        "bytes 0-9/10, bytes 0-9/10",
        "bytes 0-" + "9" * 5000 + "/*",
    ],
)
def test_a_malformed_content_range_is_none(value: str) -> None:
    assert content_range(value) is None


@given(st.text(max_size=100))
def test_no_text_breaks_the_reader(value: str) -> None:
    said = content_range(value)
    assert said is None or said[0][0] < said[0][1]
