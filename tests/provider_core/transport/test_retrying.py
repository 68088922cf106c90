"""Which failures may pass, and how long a Retry-After makes us wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.errors import (
    AuthRequired,
    Cancelled,
    HttpStatus,
    RateLimited,
    TimedOut,
    TransportError,
)
from provider_core.transport import TransportSettings
from provider_core.transport.retrying import Patience, may_pass, retry_after
from provider_core.transport.waiting import Watch, nothing_to_check

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        (" 17 ", 17),
        ("1000000000", 1e9),
        ("Thu, 01 Jan 2026 00:00:30 GMT", 30),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("Thu, 01 Jan 2026 00:00:30", 30),
        ("-1", None),
        ("1.5", None),
        ("", None),
        ("soon", None),
        ("\N{ARABIC-INDIC DIGIT ONE}", None),
        ("9" * 400, None),
        ("Thu, 99 Jan 2026 00:00:30 GMT", None),
    ],
)
def test_retry_after_is_seconds_a_date_or_nothing(value: str, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(value: str) -> None:
    seconds = retry_after(value, NOW)
    assert seconds is None or seconds >= 0


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (TimedOut("x", 1), True),
        (RateLimited("x", 1), True),
        (RateLimited("x", 1, headers={"ratelimit-remaining": "3;w=21600"}), True),
        (RateLimited("x", 1, headers={"ratelimit-remaining": "0;w=21600"}), False),
        (HttpStatus("x", 500), True),
        (HttpStatus("x", 503), True),
        (HttpStatus("x", 501), False),
        (HttpStatus("x", 403), False),
        (AuthRequired("x"), False),
        (TransportError("x", passing=True), True),
        (TransportError("x"), False),
    ],
)
def test_failures_that_may_pass(error: TransportError, passes: bool) -> None:
    assert may_pass(error) is passes


def _watch(seconds: float = 60, quota: int | None = None) -> Watch:
    return Watch("x", seconds, quota=quota, check=nothing_to_check)


def test_attempts_are_counted_and_progress_begins_anew() -> None:
    patience = Patience(TransportSettings(retries=2, backoff=0))
    error = TimedOut("x", 1)
    for _ in range(2):
        patience.wait_after(error, _watch())
    patience.progressed()
    for _ in range(2):
        patience.wait_after(error, _watch())
    with pytest.raises(TimedOut):
        patience.wait_after(error, _watch())


def test_a_wait_that_the_deadline_does_not_leave_is_not_begun() -> None:
    patience = Patience(TransportSettings())
    with pytest.raises(RateLimited) as caught:
        patience.wait_after(RateLimited("x", 50.0), _watch(10))
    assert caught.value.fields["retry_after"] == 50.0


def test_a_long_retry_after_is_capped() -> None:
    patience = Patience(TransportSettings(retry_after_cap=0.01))
    patience.wait_after(RateLimited("x", timedelta(days=9999).total_seconds()), _watch(10))


def test_a_wait_can_be_cancelled() -> None:
    def cancelled() -> None:
        raise Cancelled

    watch = Watch("x", 600, quota=1, check=cancelled)
    with pytest.raises(Cancelled):
        Patience(TransportSettings()).wait_after(RateLimited("x", 60.0), watch)
