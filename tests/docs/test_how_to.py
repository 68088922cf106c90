"""Every how-to can be followed, and its programs run."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..support.windows import NANO, sample_tree, wim_bytes
from .pages import DOCS, Page
from .playing import play

PRESUMED = {"install-windows-images.md": {"NanoServer.wim": wim_bytes((NANO, sample_tree()))}}
"""Files that the reader of a page has."""


@pytest.mark.parametrize("name", sorted(path.name for path in (DOCS / "how-to").glob("*.md")))
def test_a_how_to_can_be_followed(name: str, tmp_path: Path) -> None:
    page = Page.read(f"how-to/{name}")
    assert any(block.language in ("console", "python") for block in page.blocks)
    folder = tmp_path / "reader"
    folder.mkdir()
    for file, data in PRESUMED.get(name, {}).items():
        (folder / file).write_bytes(data)
    play(page, folder)
