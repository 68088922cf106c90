"""The tutorials do what they say, typed line by line."""

from __future__ import annotations

from pathlib import Path

import pytest

from .pages import DOCS, Page
from .playing import play


@pytest.mark.parametrize("name", sorted(path.name for path in (DOCS / "tutorial").glob("*.md")))
def test_a_tutorial_can_be_followed(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "reader"
    folder.mkdir()
    play(Page.read(f"tutorial/{name}"), folder)
