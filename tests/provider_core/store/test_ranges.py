from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from provider_core.store.ranges import Ranges

_OFFSETS = st.integers(0, 40)
_PAIRS = st.lists(st.tuples(_OFFSETS, _OFFSETS), max_size=12)


def _members(pairs: list[tuple[int, int]]) -> set[int]:
    return {offset for start, end in pairs for offset in range(start, end)}


@given(_PAIRS, _OFFSETS, _OFFSETS)
def test_it_is_a_set_of_offsets(pairs: list[tuple[int, int]], start: int, end: int) -> None:
    ranges, members = Ranges(pairs), _members(pairs)
    assert _members(list(ranges)) == members
    assert ranges.total == len(members)
    assert _members(list(ranges.missing(start, end))) == set(range(start, end)) - members
    assert ranges.prefix == next(offset for offset in range(42) if offset not in members)


@given(_PAIRS)
def test_ranges_are_in_order_and_apart(pairs: list[tuple[int, int]]) -> None:
    ranges = list(Ranges(pairs))
    assert all(start < end for start, end in ranges)
    ends = [end for _, end in ranges[:-1]]
    assert all(end < start for end, (start, _) in zip(ends, ranges[1:], strict=True))


@given(_PAIRS)
def test_filling_what_is_missing_leaves_nothing(pairs: list[tuple[int, int]]) -> None:
    ranges = Ranges(pairs)
    for start, end in tuple(ranges.missing(0, 41)):
        ranges.add(start, end)
    assert list(ranges.missing(0, 41)) == []
    assert list(ranges) == [(0, 41)]
    ranges.clear()
    assert list(ranges.missing(0, 41)) == [(0, 41)]
