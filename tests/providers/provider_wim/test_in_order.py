from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from provider_wim.in_order import in_order


def same(number: int) -> int:
    return number


def failing() -> int:
    raise ValueError("two")


def jobs(count: int) -> Iterator[Callable[[], int]]:
    return (partial(same, number) for number in range(count))


def test_results_come_in_the_order_of_the_jobs() -> None:
    assert list(in_order(jobs(1000), threads=3, ahead=5)) == list(range(1000))


def test_what_a_job_raises_comes_in_its_turn() -> None:
    work: list[Callable[[], int]] = [partial(same, 1), failing]
    results = in_order(work, threads=2, ahead=3)
    assert next(results) == 1
    with pytest.raises(ValueError, match="two"):
        next(results)


def test_no_more_than_is_asked_for_is_begun() -> None:
    taken: list[int] = []

    def counted() -> Iterator[Callable[[], int]]:
        for number in range(100):
            taken.append(number)
            yield partial(same, number)

    results = in_order(counted(), threads=2, ahead=3)
    assert next(results) == 0
    assert len(taken) == 4  # one used, three ahead
    results.close()


def test_closing_ends_the_threads() -> None:
    before = threading.active_count()
    results = in_order(jobs(10**9), threads=3, ahead=5)
    next(results)
    results.close()
    assert threading.active_count() == before
