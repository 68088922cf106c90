"""Files share blocks where the disk can do so; elsewhere nothing happens."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest

from provider_core.disk.sharing import share_blocks

from ...support.sharing_disk import sharing_disk

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")

Pair = tuple[int, int]


def _answer(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def refuse(*arguments: object) -> int:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("fcntl.ioctl", refuse)


@pytest.mark.parametrize("code", [errno.EXDEV, errno.EOPNOTSUPP, errno.ENOTTY, errno.EINVAL])
def test_a_disk_that_cannot_says_so(code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    _answer(monkeypatch, code)
    assert not share_blocks(0, 1)


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC])
def test_a_failing_or_full_disk_is_no_such_disk(code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    _answer(monkeypatch, code)
    with pytest.raises(OSError, match=os.strerror(code)):
        share_blocks(0, 1)


def test_other_systems(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert not share_blocks(0, 1)


@pytest.mark.privileged
def test_a_shared_copy_is_equal_and_stays_so(tmp_path: Path) -> None:
    with sharing_disk(tmp_path) as disk:
        (disk / "one").write_bytes(b"content")
        with (disk / "one").open("r+b") as source, (disk / "two").open("w+b") as target:
            assert share_blocks(source.fileno(), target.fileno())
            source.write(b"CHANGED")
        assert (disk / "two").read_bytes() == b"content"
