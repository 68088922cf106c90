from __future__ import annotations

from pathlib import Path

import pytest

from provider_core.catalog import Catalog

from .samples import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def catalog(tmp_path: Path, clock: Clock) -> Catalog:
    return Catalog(tmp_path / "catalog.db", clock=clock)
