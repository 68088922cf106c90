"""What registries say of their limits, and what is done when nothing is left."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.errors import RateLimited
from provider_core.testing import RecordingProgress, TemporaryState, make_context
from provider_registry.limits import note_pulls, patiently, pulls_left
from provider_registry.ratelimits import (
    LimitKind,
    PullLimit,
    kind_of,
    pull_limit,
    seconds_to_wait,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SPENT = {"ratelimit-limit": "100;w=21600", "ratelimit-remaining": "0;w=21600"}
SAID = (
    '{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit. You '
    'may increase the limit by authenticating and upgrading: https://…/increase-rate-limit"}]}'
)


@pytest.mark.parametrize(
    ("limit", "remaining", "wanted"),
    [
        ("100;w=21600", "20;w=21600", (100, 20, 21600)),
        ("200;w=21600", "0;w=21600", (200, 0, 21600)),
        (";w=21600", ";w=21600", (None, None, 21600)),
        ("100", "20", (100, 20, None)),
        ("100, 10;w=60, 200;w=21600", "9;w=60, 150;w=21600", (10, 9, 60)),
        ("100, 20;w=21600", "18;w=21600", (20, 18, 21600)),
        (" 100 ; w = 21600 ", "7 ;w=21600;comment=x", (100, 7, 21600)),
        ("100;w=21600", "", (100, None, 21600)),
        ("", "7;w=21600", (None, 7, 21600)),
        ("lots;w=21600", "7;w=21600", (None, 7, 21600)),
    ],
)
def test_every_form_that_was_seen(
    limit: str, remaining: str, wanted: tuple[int | None, int | None, int | None]
) -> None:
    headers = {"ratelimit-limit": limit, "ratelimit-remaining": remaining}
    found = pull_limit(headers)
    assert found is not None
    assert (found.limit, found.remaining, found.window) == wanted


def test_without_headers_nothing_is_limited() -> None:
    assert pull_limit({}) is None
    assert pull_limit({"ratelimit-limit": "-1", "ratelimit-remaining": "many"}) is None


def test_what_comes_with_a_401_is_about_somebody_else() -> None:
    assert pull_limit(SPENT, status=401) is None
    assert pull_limit(SPENT, status=429) is not None


def test_whose_limit_it_is() -> None:
    found = pull_limit({**SPENT, "docker-ratelimit-source": "192.0.2.7"})
    assert found == PullLimit(limit=100, remaining=0, window=21600, account="192.0.2.7")


@given(st.text(max_size=80), st.text(max_size=80))
def test_no_text_breaks_the_reader(limit: str, remaining: str) -> None:
    found = pull_limit({"ratelimit-limit": limit, "ratelimit-remaining": remaining})
    for number in (found.limit, found.remaining, found.window) if found else ():
        assert number is None or 0 <= number < 10**12


@given(
    st.lists(
        st.tuples(st.integers(0, 10**6), st.none() | st.integers(1, 10**6)), min_size=1, max_size=5
    )
)
def test_the_least_that_is_left_counts(items: list[tuple[int, int | None]]) -> None:
    text = ", ".join(f"{number};w={window}" if window else f"{number}" for number, window in items)
    found = pull_limit({"ratelimit-remaining": text})
    assert found is not None
    assert found.remaining == min(number for number, _ in items)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (RateLimited("hub", said=SAID), LimitKind.PULLS),
        (RateLimited("hub", said="toomanyrequests: You have reached"), LimitKind.PULLS),
        (RateLimited("hub", headers=SPENT), LimitKind.PULLS),
        (RateLimited("hub", 60.0, said="Too Many Requests\n"), LimitKind.REQUESTS),
        (RateLimited("hub"), LimitKind.REQUESTS),
    ],
)
def test_kinds_of_429(error: RateLimited, kind: LimitKind) -> None:
    assert kind_of(error) is kind


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "30"}, 30.0),
        ({"x-retry-after": str(int(NOW.timestamp()) + 90)}, 90.0),
        ({"x-retry-after": "12"}, 12.0),
        ({"retry-after": str(int(NOW.timestamp()) - 5)}, 0.0),
        ({"x-ratelimit-reset": str(int(NOW.timestamp()) + 7)}, 7.0),
        ({"retry-after": "soon", "x-retry-after": "8"}, 8.0),
        ({"retry-after": "9" * 40}, None),
        ({}, None),
    ],
)
def test_the_hubs_api_says_seconds_or_moments(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert seconds_to_wait(headers, NOW) == seconds


@given(st.dictionaries(st.sampled_from(["retry-after", "x-retry-after"]), st.text(max_size=40)))
def test_no_text_breaks_the_waiting(headers: dict[str, str]) -> None:
    seconds = seconds_to_wait(headers, NOW)
    assert seconds is None or seconds >= 0


def test_what_is_left_is_remembered_for_a_window() -> None:
    state, now = TemporaryState(), [NOW]
    context = make_context(state=state, clock=lambda: now[0])
    assert pulls_left(context) is None
    note_pulls(context, {"ratelimit-limit": "100;w=60", "ratelimit-remaining": "7;w=60"})
    note_pulls(context, {"etag": "x"})
    assert pulls_left(make_context(state=state, clock=lambda: now[0])) == 7
    now[0] = datetime(2026, 1, 1, 0, 2, tzinfo=UTC)
    assert pulls_left(context) is None


def test_a_damaged_memory_is_none() -> None:
    context = make_context(state=TemporaryState())
    (context.state.folder / "pulls.json").write_text('{"seen": []}')
    assert pulls_left(context) is None


def _limited() -> RateLimited:
    return RateLimited("https://registry-1.docker.io/v2/x", None, headers=SPENT, said=SAID)


def _forever() -> PullLimit:
    raise AssertionError("nobody is asked")


def test_out_of_pulls_says_so_and_what_to_do() -> None:
    def get() -> None:
        raise _limited()

    context = make_context(state=TemporaryState())
    with pytest.raises(RateLimited) as caught:
        patiently(context, get, _forever)
    assert "limit: 100 pulls in 6 h" in caught.value.message
    assert "--on-limit wait" in caught.value.hint
    assert pulls_left(context) == 0


def test_a_limit_of_requests_is_left_as_it_is() -> None:
    error = RateLimited("hub", 60.0, said="Too Many Requests\n")

    def get() -> None:
        raise error

    context = make_context(state=TemporaryState(), options={"on-limit": "wait"})
    with pytest.raises(RateLimited) as caught:
        patiently(context, get, _forever)
    assert caught.value is error


def test_waiting_asks_for_what_is_left_and_goes_on() -> None:
    answers = [_limited(), _limited()]
    left = [0, 0, 3, 0, 1]
    slept: list[float] = []

    def get() -> str:
        if answers:
            raise answers.pop()
        return "manifest"

    def probe() -> PullLimit:
        return PullLimit(limit=100, remaining=left.pop(0), window=21600)

    progress = RecordingProgress()
    options = {"on-limit": "wait"}
    context = make_context(state=TemporaryState(), options=options, progress=progress)
    assert patiently(context, get, probe, sleep=slept.append) == "manifest"
    assert left == []
    assert sum(slept) == 5 * 300
    assert any("waiting" in text for text in progress.notices)
