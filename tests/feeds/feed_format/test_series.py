from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feed_format import Series, check_series, next_version
from provider_core.errors import DocumentError, IntegrityError, NotSupported, Rollback, UsageError

from .feeds import NOW

series = st.builds(
    Series,
    id=st.text("abc-/ä", min_size=1, max_size=128),
    version=st.integers(1, 1 << 60),
    valid_for=st.none() | st.integers(1, 10**9).map(lambda seconds: timedelta(seconds=seconds)),
)


@given(series)
def test_it_comes_back_from_its_bytes(value: Series) -> None:
    assert Series.parse(value.as_bytes()) == value


@given(st.integers(0, 1 << 60), st.integers(0, 10**6))
def test_versions_rise_even_from_a_near_side_that_forgot(known: int, seconds: int) -> None:
    made = next_version(known, NOW)
    assert made > known
    assert next_version(0, NOW + timedelta(seconds=seconds + 1)) > next_version(0, NOW)


@pytest.mark.parametrize(("name", "version"), [("", 1), ("a b", 1), ("x" * 129, 1), ("a", 0)])
def test_what_names_no_bundle_is_refused(name: str, version: int) -> None:
    with pytest.raises(UsageError):
        Series(id=name, version=version)


@pytest.mark.parametrize(
    "change",
    [
        {"series": 7},
        {"series": ""},
        {"version": 0},
        {"version": "1"},
        {"validForSeconds": -1},
        {"validForSeconds": 1 << 60},
    ],
    ids=str,
)
def test_what_breaks_the_format_is_refused(change: dict[str, Any]) -> None:
    document = {"format": "1.0", "series": "plant", "version": 1, **change}
    with pytest.raises(DocumentError):
        Series.parse(json.dumps(document).encode())
    with pytest.raises(NotSupported):
        Series.parse(json.dumps({**document, "format": "2.0"}).encode())


def test_only_the_next_of_the_same_series_may_follow() -> None:
    bundle = Series(id="plant", version=7)
    check_series(bundle, expected="plant", seen=6)
    check_series(bundle, expected="plant", seen=7)
    with pytest.raises(Rollback, match="version 7"):
        check_series(bundle, expected="plant", seen=8)
    with pytest.raises(IntegrityError, match="'lab'"):
        check_series(bundle, expected="lab", seen=0)
