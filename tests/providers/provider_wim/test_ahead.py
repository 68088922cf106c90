from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from provider_wim.ahead import ahead


def test_all_comes_in_order() -> None:
    with ahead(iter(range(1000)), 3) as items:
        assert list(items) == list(range(1000))


def test_what_is_raised_comes_in_its_turn() -> None:
    def failing() -> Iterator[int]:
        yield 1
        raise ValueError("two")

    with ahead(failing(), 3) as items:
        assert next(items) == 1
        with pytest.raises(ValueError, match="two"):
            next(items)


def test_no_more_than_its_depth_is_taken() -> None:
    taken: list[int] = []
    enough = threading.Event()

    def counted() -> Iterator[int]:
        for number in range(100):
            taken.append(number)
            if number == 4:
                enough.set()
            yield number

    with ahead(counted(), 3) as items:
        assert next(items) == 0
        assert enough.wait(10)  # one used, three in the queue, one in the hand
        assert len(taken) == 5


def test_leaving_early_ends_the_thread() -> None:
    before = threading.active_count()
    with ahead(iter(range(10**9)), 3) as items:
        next(items)
    assert threading.active_count() == before
