"""A ferry with a source of small images, and a feed that it publishes."""

from __future__ import annotations

from pathlib import Path

import pytest

from ...provider_core.cli.running import Ferry
from .feed_user import FeedUser


@pytest.fixture
def ferry(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Ferry:
    """Return a ferry that has the shelf as its source."""
    ferry = Ferry(tmp_path / "home", capsys)
    assert ferry("source", "add", "shelf", "shelf://one").code == 0
    return ferry


@pytest.fixture
def user(ferry: Ferry, tmp_path: Path) -> FeedUser:
    """Return the publisher of an empty feed, whose keys have no passphrase."""
    user = FeedUser(ferry=ferry, path=tmp_path / "feed")
    assert ferry("feed", "init", str(user.path), "--no-passphrase").code == 0
    return user


@pytest.fixture
def colleague(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Ferry:
    """Return a ferry with another home."""
    return Ferry(tmp_path / "colleague", capsys)
