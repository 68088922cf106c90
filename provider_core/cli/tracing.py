"""FERRY_TRACE=1: every hook call, and every traceback, on stderr."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping

from .render import Output

__all__ = ["is_traced", "start_trace", "trace_error"]


def is_traced(environ: Mapping[str, str]) -> bool:
    """Whether the user asked for a trace."""
    return environ.get("FERRY_TRACE", "") not in ("", "0")


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
