from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feed_format import joined, parse_withdrawals, withdrawals_bytes
from provider_core.digests import Digest
from provider_core.errors import DocumentError, NotSupported, UsageError
from provider_core.model import Withdrawal


def withdrawal(text: str = "x", reason: str = "broken") -> Withdrawal:
    return Withdrawal(digest=Digest.of(text.encode()), name="Tool", version="1.0", reason=reason)


@given(st.sets(st.text("abc", min_size=1), min_size=1, max_size=5))
def test_what_is_written_is_read(texts: set[str]) -> None:
    some = joined(withdrawal(text) for text in texts)
    data = withdrawals_bytes(some)
    assert data is not None
    assert set(parse_withdrawals(data)) == set(some)
    assert withdrawals_bytes(reversed(some)) == data


def test_of_one_content_the_last_counts() -> None:
    assert joined([withdrawal()], [withdrawal(reason="worse")]) == (withdrawal(reason="worse"),)


def test_nothing_is_no_file() -> None:
    assert withdrawals_bytes([]) is None


@pytest.mark.parametrize("reason", ["", "two\nlines", "x" * 301, "\x1b[2J"])
def test_what_is_no_reason(reason: str) -> None:
    with pytest.raises(UsageError, match="no reason"):
        withdrawals_bytes([withdrawal(reason=reason)])


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"reason": "two\nlines"}, "withdrawn[0].reason"),
        ({"reason": None}, "withdrawn[0].reason"),
        ({"digest": "sha256:0"}, "withdrawn[0].digest"),
        ({"name": 1}, "withdrawn[0].name"),
    ],
)
def test_what_breaks_the_format(change: dict[str, Any], path: str) -> None:
    entry = {"digest": f"sha256:{'0' * 64}", "name": "Tool", "reason": "broken", **change}
    data = json.dumps({"format": "1.0", "withdrawn": [entry]}).encode()
    with pytest.raises(DocumentError) as caught:
        parse_withdrawals(data)
    assert caught.value.fields["path"] == path


def test_another_major_version_is_refused() -> None:
    with pytest.raises(NotSupported):
        parse_withdrawals(b'{"format": "2.0", "withdrawn": []}')
