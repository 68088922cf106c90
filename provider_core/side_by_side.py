"""Several blobs at once; the first that fails ends the others, and what they have is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait

from .cancel import CancelToken
from .errors import Error
from .oci import Descriptor
from .store import Writer
from .store.lively_writer import LivelyWriter

__all__ = ["Fetch", "fetch_all"]

Fetch = Callable[[Descriptor, Writer], None]
"""Puts one blob into the store by expect, write and commit; returns when it is there."""


def fetch_all(blobs: Sequence[Descriptor], fetch: Fetch, writer: Writer, at_once: int) -> None:
    """Call *fetch* for each of *blobs*, *at_once* at a time, the largest first.

    Raises what the first call that fails raises, once the others have stopped at their next write.
    """
    if at_once < 2 or len(blobs) < 2:
        for blob in blobs:
            fetch(blob, writer)
        return
    stop = CancelToken()
    stoppable = LivelyWriter(writer, stop.check)
    with ThreadPoolExecutor(at_once, thread_name_prefix="blob") as threads:
        largest_first = sorted(blobs, key=lambda blob: -blob.size)
        futures = [threads.submit(fetch, blob, stoppable) for blob in largest_first]
        try:
            _wait(futures)
        except BaseException as error:
            stop.cancel(error if isinstance(error, Error) else None)
            threads.shutdown(wait=False, cancel_futures=True)
            raise


def _wait(futures: Sequence[Future[None]]) -> None:
    done, _ = wait(futures, return_when=FIRST_EXCEPTION)
    for future in futures:
        if future in done:
            future.result()
