from __future__ import annotations

from datetime import timedelta

import pytest

from provider_core.cli.units import age, duration, size

from .running import NOW


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (None, ""),
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (44_880_000, "44.88 MB"),
        (783_200_000, "783.2 MB"),
        (9_148_000_000, "9.148 GB"),
        (5 * 10**18, "5 EB"),
        (5 * 10**21, "5000 EB"),
    ],
)
def test_sizes_are_dockers(count: int | None, text: str) -> None:
    assert size(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.2, "0 hours, 0 minutes, 0 seconds"),
        (10, "0 hours, 0 minutes, 10 seconds"),
        (148, "0 hours, 2 minutes, 28 seconds"),
        (93_784, "26 hours, 3 minutes, 4 seconds"),
        (-1, "0 hours, 0 minutes, 0 seconds"),
    ],
)
def test_durations_read_like_2016(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("past", "text"),
    [
        (timedelta(milliseconds=5), "Less than a second ago"),
        (timedelta(seconds=1), "1 second ago"),
        (timedelta(seconds=59), "59 seconds ago"),
        (timedelta(seconds=61), "About a minute ago"),
        (timedelta(minutes=3), "3 minutes ago"),
        (timedelta(minutes=61), "About an hour ago"),
        (timedelta(hours=5), "5 hours ago"),
        (timedelta(days=2), "2 days ago"),
        (timedelta(days=14), "2 weeks ago"),
        (timedelta(days=90), "3 months ago"),
        (timedelta(days=800), "2 years ago"),
        (timedelta(days=-1), "in the future"),
    ],
)
def test_ages_are_dockers(past: timedelta, text: str) -> None:
    assert age((NOW - past).isoformat(), NOW) == text


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        ("", ""),
        ("yesterday", ""),
        ("2016-03-13T12:00:00.123456789Z", "47 hours ago"),
        ("2016-03-13T12:00:00", "2 days ago"),
    ],
)
def test_ages_of_texts(moment: str, text: str) -> None:
    assert age(moment, NOW) == text
