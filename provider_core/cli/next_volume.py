"""Asking for the next volume of a bundle, where somebody sits at a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

from ..errors import NoSuchFile, VolumeMissing
from .invocation import Invocation

__all__ = ["with_every_volume"]

T = TypeVar("T")


def with_every_volume(run: Callable[[], T], invocation: Invocation) -> T:
    """Return what *run* does, called again for each volume that it turned out to need.

    What it read before is in the store by then.  Without a terminal its VolumeMissing goes on to
    the caller, and so it does if nothing more can be typed.
    """
    asked: VolumeMissing | None = None
    while True:
        try:
            return run()
        except (VolumeMissing, NoSuchFile) as error:
            missing = error if isinstance(error, VolumeMissing) else asked
            if missing is None or not _is_terminal(invocation) or not _ask(missing, invocation):
                raise
            asked = missing


def _ask(missing: VolumeMissing, invocation: Invocation) -> bool:
    """Wait until the user says that a volume is in its place; False if they cannot."""
    invocation.output.notice(missing.message)
    invocation.output.notice(f"Put volume {missing.volumes[0]} in its place, and press Enter.")
    was, invocation.is_at_work = invocation.is_at_work, False
    try:
        return bool(sys.stdin.readline())
    finally:
        invocation.is_at_work = was


def _is_terminal(invocation: Invocation) -> bool:
    streams = (sys.stdin, sys.stderr)
    return not invocation.output.json and all(one is not None and one.isatty() for one in streams)
