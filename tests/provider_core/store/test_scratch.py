from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from provider_core.errors import StoreError
from provider_core.store import scratch
from provider_core.store.scratch import ScratchFile


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Flush every ten bytes."""
    monkeypatch.setattr(scratch, "FLUSH_EVERY", 10)


@pytest.mark.usefixtures("often")
def test_a_large_file_is_flushed_now_and_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[int] = []
    monkeypatch.setattr(scratch, "sync_file", lambda fd: flushed.append(os.fstat(fd).st_size))
    file = ScratchFile.fresh(tmp_path)
    for number in range(5):
        file.write_at(5 * number, memoryview(b"12345"))
    file.sync()
    file.close()
    assert flushed == [10, 20, 25]


@pytest.mark.usefixtures("often")
def test_a_file_that_cannot_be_flushed_is_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(fd: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(scratch, "sync_file", broken)
    file = ScratchFile.fresh(tmp_path)
    with pytest.raises(StoreError, match="Input/output error"):
        file.write_at(0, memoryview(b"0123456789"))
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(StoreError, match="closed already"):
        file.write_at(0, memoryview(b"again"))
