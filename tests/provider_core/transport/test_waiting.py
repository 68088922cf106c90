"""Deadlines, stall limits and waits, by a clock that the test turns."""

from __future__ import annotations

import pytest

from provider_core.errors import Cancelled, TimedOut
from provider_core.transport.waiting import Watch, nothing_to_check, pause


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_deadline_passes_whatever_comes() -> None:
    clock = Clock()
    watch = Watch("x", 10, check=nothing_to_check, clock=clock)
    clock.now += 9
    watch.received(1 << 30)
    watch.renew()
    watch.forgive(100)
    assert watch.remaining() == pytest.approx(1)
    assert watch.can_wait(0.5)
    assert not watch.can_wait(2)
    clock.now += 1
    with pytest.raises(TimedOut) as caught:
        watch.remaining()
    assert caught.value.fields == {"what": "x", "seconds": 10}


def test_a_quota_of_bytes_begins_a_stall_limit_anew() -> None:
    clock = Clock()
    watch = Watch("x", 10, quota=1000, check=nothing_to_check, clock=clock)
    for _ in range(5):
        clock.now += 9
        watch.received(1000)
        assert watch.remaining() == 10


def test_a_drip_does_not() -> None:
    clock = Clock()
    watch = Watch("x", 10, quota=1000, check=nothing_to_check, clock=clock)
    for _ in range(9):
        clock.now += 1
        watch.received(1)
    assert watch.remaining() == pytest.approx(1)
    clock.now += 1
    with pytest.raises(TimedOut):
        watch.slice()


def test_time_that_the_other_side_is_not_to_blame_for_is_left_out() -> None:
    clock = Clock()
    watch = Watch("x", 10, quota=1000, check=nothing_to_check, clock=clock)
    clock.now += 50
    watch.forgive(49)
    assert watch.remaining() == pytest.approx(9)


def test_a_slice_is_short_and_never_more_than_what_is_left() -> None:
    clock = Clock()
    watch = Watch("x", 10, check=nothing_to_check, clock=clock)
    assert watch.slice() <= 0.5
    clock.now += 9.95
    assert watch.slice() == pytest.approx(0.05)


def test_every_question_asks_whether_to_go_on() -> None:
    def cancelled() -> None:
        raise Cancelled

    watch = Watch("x", 10, check=cancelled)
    for question in (watch.remaining, watch.slice, lambda: pause(60, cancelled)):
        with pytest.raises(Cancelled):
            question()
