"""Hosts and files for every test of the provider."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from provider_archive import ArchiveProvider
from provider_core import Host
from provider_wim import WimProvider

from ...contract.hosts import Homes, shelf
from ...support.windows import NANO, sample_tree, wim_bytes

__all__ = ["homes", "host", "nano", "shelf"]


@pytest.fixture
def homes(tmp_path: Path) -> Iterator[Homes]:
    """Open hosts in homes of this test."""
    with ExitStack() as stack:
        yield Homes(tmp_path, stack, doubled=())


@pytest.fixture
def host(homes: Homes) -> Host:
    """Return a host for Windows image files and archives."""
    return homes(WimProvider(), ArchiveProvider())


@pytest.fixture
def nano(tmp_path: Path) -> Path:
    """Return a file with one image, whose name does not say what it is."""
    path = tmp_path / "nano.bin.wim"
    path.write_bytes(wim_bytes((NANO, sample_tree())))
    return path
