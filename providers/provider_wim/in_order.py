"""Jobs done ahead of whoever uses their results, on several threads: all cores work."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

__all__ = ["in_order"]

T = TypeVar("T")


def in_order(
    jobs: Iterable[Callable[[], T]], *, threads: int, ahead: int
) -> Generator[T, None, None]:
    """Yield what *jobs* return, in their order; *ahead* of them are begun before they are needed.

    What a job raises is raised in its turn.  When the generator has ended or is closed, so have
    its threads.
    """
    begun: deque[Future[T]] = deque()
    workers = ThreadPoolExecutor(threads, thread_name_prefix="in order")
    try:
        for job in jobs:
            begun.append(workers.submit(job))
            if len(begun) > ahead:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()
    finally:
        workers.shutdown(cancel_futures=True)
