"""FERRY_TRACE=1: every hook call, and every traceback, on stderr."""

from __future__ import annotations

import logging
import traceback

from .render import Output

__all__ = ["start_trace", "trace_error"]


def start_trace(output: Output) -> None:
    """Send the library's log to *output*."""
    logger = logging.getLogger("provider_core")
    logger.setLevel(logging.DEBUG)
    logger.addHandler(_Handler(output))


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
