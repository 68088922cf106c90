"""architecture.md shows the floors that tests/test_layering.py holds."""

from __future__ import annotations

import re

from ..test_layering import LAYERS
from .pages import Page


def test_the_floors_are_the_layers() -> None:
    rows = Page.read("explanation/architecture.md").rows("Floor")
    assert [int(floor) for floor, _, _ in rows] == list(range(len(LAYERS)))
    assert [set(re.findall("`(.*?)`", modules)) for _, modules, _ in rows] == LAYERS
