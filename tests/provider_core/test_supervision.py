from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from provider_core import supervision
from provider_core.cancel import CancelToken
from provider_core.errors import Cancelled, PackageNotFound, TimedOut
from provider_core.supervision import Signs, supervise


@pytest.fixture
def never() -> Iterator[threading.Event]:
    """An event that hanging code waits for, set when the test is over."""
    event = threading.Event()
    yield event
    event.set()


def test_the_answer_comes_back() -> None:
    assert supervise(lambda: 42, what="sum", limit=5, cancel=CancelToken()) == 42


def test_it_runs_in_a_daemon_thread_that_bears_its_name() -> None:
    def tell() -> tuple[threading.Thread, str]:
        thread = threading.current_thread()
        return thread, thread.name

    thread, name = supervise(tell, what="acme.find", limit=5, cancel=CancelToken())
    assert name == "acme.find"
    assert thread.daemon
    assert thread is not threading.current_thread()


def test_an_error_comes_back_as_it_is() -> None:
    error = PackageNotFound("box")

    def fail() -> None:
        raise error

    with pytest.raises(PackageNotFound) as caught:
        supervise(fail, what="find", limit=5, cancel=CancelToken())
    assert caught.value is error


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt, GeneratorExit])
def test_what_would_end_the_host_is_an_ordinary_failure(kind: type[BaseException]) -> None:
    def leave() -> None:
        raise kind("bye")

    with pytest.raises(RuntimeError, match=f"{kind.__name__}: bye"):
        supervise(leave, what="find", limit=5, cancel=CancelToken())


def test_a_late_call_is_given_up_and_told(never: threading.Event) -> None:
    cancel = CancelToken()
    with pytest.raises(TimedOut) as caught:
        supervise(never.wait, what="acme.find", limit=0.1, cancel=cancel)
    assert caught.value.fields == {"what": "acme.find", "seconds": 0.1}
    with pytest.raises(TimedOut):
        cancel.check()


def test_signs_of_life_keep_a_call_alive() -> None:
    signs = Signs()

    def work() -> str:
        for _ in range(8):
            time.sleep(0.1)
            signs.show()
        return "done"

    answer = supervise(work, what="install", limit=0.5, cancel=CancelToken(), signs=signs)
    assert answer == "done"


def test_a_call_without_signs_of_life_is_given_up(never: threading.Event) -> None:
    with pytest.raises(TimedOut):
        supervise(never.wait, what="install", limit=0.1, cancel=CancelToken(), signs=Signs())


def test_a_call_that_ignores_its_cancelled_token_is_left_behind(never: threading.Event) -> None:
    user = CancelToken()
    threading.Timer(0.1, user.cancel).start()
    with pytest.raises(Cancelled):
        supervise(never.wait, what="install", limit=60, cancel=user.child())


def test_a_cancelled_call_may_put_its_things_in_order() -> None:
    cancel, tidied = CancelToken(), threading.Event()

    def work() -> None:
        try:
            cancel.wait(30)
        finally:
            tidied.set()

    threading.Timer(0.1, cancel.cancel).start()
    with pytest.raises(Cancelled):
        supervise(work, what="install", limit=60, cancel=cancel)
    assert tidied.is_set()


def test_an_interrupt_of_the_waiting_thread_stops_the_call(
    never: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(outcome: object, seconds: float) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(supervision._Outcome, "wait", interrupted)
    cancel = CancelToken()
    with pytest.raises(KeyboardInterrupt):
        supervise(never.wait, what="install", limit=60, cancel=cancel)
    assert cancel.is_cancelled
