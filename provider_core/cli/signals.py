"""SIGINT and SIGTERM: ask what runs to stop and keep what is verified, insist if it does not."""

from __future__ import annotations

import _thread
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from ..cancel import CancelToken
from ..errors import Cancelled

__all__ = ["cancelled_by_signals"]

PATIENCE = 2.0
"""Seconds that work has to put its partial content in order before it is interrupted."""


@contextmanager
def cancelled_by_signals(token: CancelToken, at_work: Callable[[], bool]) -> Iterator[None]:
    """Cancel *token* at the first signal; raise Cancelled at the second, or after `PATIENCE`.

    While nothing is *at_work* (arguments are read, or standard input), the first raises too.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    timers: list[threading.Timer] = []

    def hear(number: int, frame: FrameType | None) -> None:
        error = Cancelled(signal=number)
        insisting = token.is_cancelled or not at_work()
        token.cancel(error)
        if insisting:
            raise error
        timer = threading.Timer(PATIENCE, _interrupt, [number])
        timer.daemon = True
        timer.start()
        timers.append(timer)

    before = {number: signal.signal(number, hear) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for timer in timers:
            timer.cancel()
        for number, handler in before.items():
            signal.signal(number, handler)


def _interrupt(number: int) -> None:
    """Send the signal again to the main thread, out of whatever it waits in."""
    if hasattr(signal, "pthread_kill"):
        main = threading.main_thread().ident
        if main is not None:
            signal.pthread_kill(main, number)
    else:
        _thread.interrupt_main(signal.Signals(number))
