"""Whether code touches files, folders, the network or other processes."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

__all__ = ["watched_io"]

_EVENTS = (
    "open",
    "os.listdir",
    "os.mkdir",
    "os.remove",
    "os.rename",
    "os.scandir",
    "os.system",
    "socket.",
    "sqlite3.connect",
    "subprocess.Popen",
    "urllib.Request",
)
_watching = threading.local()


@contextmanager
def watched_io() -> Iterator[list[str]]:
    """Yield a list that fills with what this thread does outside memory (PEP 578 events).

    Example::

        with watched_io() as seen:
            provider.provider_info()
        assert seen == []
    """
    _install()
    seen: list[str] = []
    _watching.seen = seen
    try:
        yield seen
    finally:
        _watching.seen = None


@cache
def _install() -> None:
    # An audit hook cannot be taken away again: one for all, asleep unless a list is there.
    sys.addaudithook(_note)


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    seen = getattr(_watching, "seen", None)
    if seen is not None and event.startswith(_EVENTS):
        seen.append(f"{event} {arguments[0] if arguments else ''}".strip())
