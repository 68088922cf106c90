"""A ferry with an empty home, and one whose home has images."""

from __future__ import annotations

from pathlib import Path

import pytest

from .running import Ferry


@pytest.fixture
def ferry(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Ferry:
    """Return a ferry with an empty home."""
    return Ferry(tmp_path / "home", capsys)


@pytest.fixture
def shelved(ferry: Ferry) -> Ferry:
    """Return a ferry that has the shelf as its source."""
    assert ferry("source", "add", "shelf", "shelf://one").code == 0
    return ferry


@pytest.fixture
def stocked(shelved: Ferry) -> Ferry:
    """Return a ferry with NanoServerIIS and, since that needs it, NanoServer installed."""
    assert shelved("install", "NanoServerIIS").code == 0
    return shelved
