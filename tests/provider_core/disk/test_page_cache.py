"""What is read next comes from the medium."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from provider_core.disk import durable
from provider_core.disk.page_cache import forget_cached
from provider_core.errors import StoreError

pytestmark = pytest.mark.skipif(
    not hasattr(os, "posix_fadvise"), reason="this system cannot be told to forget"
)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    monkeypatch.setattr(durable, "sync_file", lambda fd: found.append("flush"))
    monkeypatch.setattr(durable, "forget_cached", lambda fd: found.append("forget"))
    return found


def test_every_file_is_flushed_and_then_forgotten(tmp_path: Path, calls: list[str]) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "one").write_bytes(b"1")
    (tmp_path / "two").write_bytes(b"2")
    (tmp_path / "link").symlink_to(tmp_path / "two")
    forget_cached(tmp_path)
    assert calls == ["flush", "forget"] * 2


@pytest.mark.parametrize("code", [errno.EINVAL, errno.EROFS])
def test_a_medium_without_anything_to_flush(
    tmp_path: Path, calls: list[str], monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    monkeypatch.setattr(durable, "sync_file", _refusal(code))
    (tmp_path / "one").write_bytes(b"1")
    forget_cached(tmp_path / "one")
    assert calls == ["forget"]


def test_a_medium_that_does_not_take_its_bytes(
    tmp_path: Path, calls: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durable, "sync_file", _refusal(errno.EIO))
    (tmp_path / "one").write_bytes(b"1")
    with pytest.raises(StoreError):
        forget_cached(tmp_path / "one")
    assert calls == []


def _refusal(code: int) -> object:
    def refuse(fd: int) -> None:
        raise OSError(code, os.strerror(code))

    return refuse
