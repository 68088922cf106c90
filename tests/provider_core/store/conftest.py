from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from provider_core.store import DirectoryStore, Writer


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DirectoryStore]:
    store = DirectoryStore(tmp_path / "store", timeout=20)
    yield store
    store.close()


@pytest.fixture
def writer(store: DirectoryStore) -> Iterator[Writer]:
    with store.lease() as lease:
        yield store.writer(lease)
