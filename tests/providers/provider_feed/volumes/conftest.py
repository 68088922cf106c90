"""A near side whose bundle is on volumes; it is saved once, and copied for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from .carrier import Carrier, closing


@pytest.fixture
def carrier(tmp_path: Path) -> Iterator[Carrier]:
    with closing(Carrier(tmp_path)) as carrier:
        yield carrier


@pytest.fixture(scope="package")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Carrier]:
    with closing(Carrier(tmp_path_factory.mktemp("made"))) as carrier:
        carrier.save()
        yield carrier


@pytest.fixture
def saved(made: Carrier, tmp_path: Path) -> Iterator[Carrier]:
    with closing(made.copied(tmp_path)) as carrier:
        yield carrier
