"""A feed of a test: keys, a clock that stands, a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from .feeds import FeedMaker


@pytest.fixture
def feed(tmp_path: Path) -> FeedMaker:
    """Return an empty feed, created but not published."""
    return FeedMaker(path=tmp_path / "feed").create()
