"""Every how-to can be followed, and its programs run."""

from __future__ import annotations

from pathlib import Path

import pytest

from .pages import DOCS, Page
from .playing import play


@pytest.mark.parametrize("name", sorted(path.name for path in (DOCS / "how-to").glob("*.md")))
def test_a_how_to_can_be_followed(name: str, tmp_path: Path) -> None:
    page = Page.read(f"how-to/{name}")
    assert any(block.language in ("console", "python") for block in page.blocks)
    folder = tmp_path / "reader"
    folder.mkdir()
    play(page, folder)
