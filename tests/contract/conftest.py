"""Hosts and shelves for every proof."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from .hosts import homes, host, shelf

__all__ = ["homes", "host", "interruptible", "shelf"]


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Have Ctrl-C arrive: a shell starts what runs in its background deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
