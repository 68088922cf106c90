"""FERRY_TRACE=1: every hook call, and every traceback, on stderr."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from .render import Output

__all__ = ["trace_error", "traced"]


@contextmanager
def traced(output: Output) -> Iterator[None]:
    """Send the library's log to *output* while the block runs."""
    logger, handler = logging.getLogger("provider_core"), _Handler(output)
    before = logger.level
    logger.setLevel(logging.DEBUG)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)


def trace_error(output: Output, error: BaseException) -> None:
    """Write the traceback of *error* and of what caused it."""
    output.trace("".join(traceback.format_exception(error)))


class _Handler(logging.Handler):
    def __init__(self, output: Output) -> None:
        super().__init__()
        self._output = output
        self.setFormatter(logging.Formatter("%(relativeCreated)7.0f ms %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self._output.trace(self.format(record))
