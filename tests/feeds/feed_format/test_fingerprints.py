from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feed_format import fingerprint_of, parse_fingerprint, show_fingerprint
from provider_core.errors import UsageError


@given(st.binary(max_size=50))
def test_it_is_shown_as_16_groups_of_4(root: bytes) -> None:
    groups = show_fingerprint(fingerprint_of(root)).split(" ")
    assert [len(group) for group in groups] == [4] * 16
    assert "".join(groups) == hashlib.sha256(root).hexdigest()


@given(st.binary(max_size=50), st.sampled_from(["", " ", ":", "-", "\n"]))
def test_it_is_read_in_any_dress(root: bytes, between: str) -> None:
    shown = show_fingerprint(fingerprint_of(root)).replace(" ", between)
    for text in (shown, shown.upper(), f"  {shown}\n", f"sha256:{shown}"):
        assert parse_fingerprint(text) == fingerprint_of(root)


@pytest.mark.parametrize("text", ["", "abcd", "g" * 64, "a" * 65])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="fingerprint"):
        parse_fingerprint(text)
