from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.errors import DocumentError
from provider_wim.filetime import MOST, UNIX_EPOCH, from_iso, from_pax, to_iso, to_pax

TIMES = st.integers(min_value=0, max_value=MOST)
YEAR_9999 = 2_650_467_743_999_999_999


@pytest.mark.parametrize(
    ("filetime", "text"),
    [
        (UNIX_EPOCH, b"0"),
        (UNIX_EPOCH + 1, b"0.0000001"),
        (UNIX_EPOCH + 15_000_000, b"1.5"),
        (UNIX_EPOCH - 5_000_000, b"-0.5"),
        (0, b"-11644473600"),
    ],
)
def test_pax(filetime: int, text: bytes) -> None:
    assert to_pax(filetime) == text
    assert from_pax(text.decode()) == filetime


@given(TIMES)
def test_pax_there_and_back(filetime: int) -> None:
    assert from_pax(to_pax(filetime).decode()) == filetime


@pytest.mark.parametrize("text", ["", "x", "1.", ".5", "1e9", "\u0661", "-99999999999", "9" * 13])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(DocumentError):
        from_pax(text)


def test_finer_than_a_step() -> None:
    assert from_pax("1.123456789") == UNIX_EPOCH + 11_234_567


@given(st.integers(min_value=1, max_value=YEAR_9999))
def test_iso_there_and_back(filetime: int) -> None:
    assert from_iso(to_iso(filetime)) == filetime


def test_iso() -> None:
    assert to_iso(UNIX_EPOCH) == "1970-01-01T00:00:00Z"
    assert to_iso(UNIX_EPOCH + 1_453_710) == "1970-01-01T00:00:00.145371Z"
    assert to_iso(0) == to_iso(MOST) == ""


@pytest.mark.parametrize("text", ["", "yesterday", "2016-13-01T00:00:00Z", "2016-01-01"])
def test_what_is_no_iso(text: str) -> None:
    assert from_iso(text) == 0
