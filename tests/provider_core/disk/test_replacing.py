from __future__ import annotations

import errno
from pathlib import Path

import pytest

from provider_core.disk import replacing
from provider_core.disk.replacing import replace_file
from provider_core.errors import NoSpace, StoreError


def test_a_file_is_made_and_replaced(tmp_path: Path) -> None:
    path = tmp_path / "file"
    for data in (b"one", b"two"):
        replace_file(path, data)
        assert path.read_bytes() == data
    assert [one.name for one in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(("code", "error"), [(errno.ENOSPC, NoSpace), (errno.EIO, StoreError)])
@pytest.mark.parametrize("step", ["sync_file", "rename"])
def test_what_was_there_stays_where_it_fails(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: str,
    code: int,
    error: type[StoreError],
) -> None:
    path = tmp_path / "file"
    replace_file(path, b"old")

    def refuse(*_: object) -> None:
        raise OSError(code, "no")

    monkeypatch.setattr(replacing, step, refuse)
    with pytest.raises(error):
        replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["file"]
