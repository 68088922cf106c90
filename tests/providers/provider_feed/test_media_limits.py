"""Sizes as users write them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.disk.media import Medium
from provider_core.errors import UsageError
from provider_feed.media_limits import limits_of, parse_size

PLAIN = Medium(type="ext4", free=None, largest_file=None)
FAT = Medium(type="vfat", free=None, largest_file=(4 << 30) - 1)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("700MB", 700_000_000),
        ("4.3GB", 4_300_000_000),
        ("4GiB", 4 << 30),
        ("4 gib", 4 << 30),
        ("1.5KiB", 1536),
        ("12kB", 12_000),
        ("2TB", 2 * 10**12),
        ("123456", 123_456),
        ("5B", 5),
    ],
)
def test_sizes(text: str, size: int) -> None:
    assert parse_size(text, "volume-size") == size


@pytest.mark.parametrize("text", ["", "GB", "4,3GB", "4.3G", "-1MB", "1e9", "4 GB x", "٤MB", "1PB"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(UsageError, match="--volume-size"):
        parse_size(text, "volume-size")


@given(st.text())
def test_any_text_is_a_size_or_told(text: str) -> None:
    with suppress(UsageError):
        assert parse_size(text, "volume-size") >= 0


def test_the_medium_and_the_user_both_count() -> None:
    assert limits_of({}, PLAIN).is_enough_for(1 << 50)
    assert not limits_of({}, FAT).is_enough_for(4 << 30)
    assert limits_of({}, FAT).is_enough_for((4 << 30) - 1)
    assert limits_of({"max-file-size": "2GiB"}, FAT).largest_file == 2 << 30
    assert limits_of({"max-file-size": "8GiB"}, FAT).largest_file == (4 << 30) - 1
    assert not limits_of({"volume-size": "1GB"}, PLAIN).is_enough_for(1)
    with pytest.raises(UsageError, match="--max-file-size"):
        limits_of({"max-file-size": "4KiB"}, PLAIN)
