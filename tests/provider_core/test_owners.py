from __future__ import annotations

import os
from pathlib import Path

import pytest

from provider_core.disk.owners import require_own
from provider_core.errors import StoreError


@pytest.mark.parametrize("mode", [0o700, 0o755, 0o555])
def test_what_is_ours_alone_to_change_is_believed(tmp_path: Path, mode: int) -> None:
    tmp_path.chmod(mode)
    require_own(tmp_path)


@pytest.mark.parametrize("mode", [0o770, 0o777, 0o702])
def test_what_others_may_change_is_not(tmp_path: Path, mode: int) -> None:
    tmp_path.chmod(mode)
    with pytest.raises(StoreError, match="can be changed by other users") as caught:
        require_own(tmp_path)
    assert "chmod go-w" in caught.value.hint


def test_a_private_folder_guards_what_is_in_it(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    inner.chmod(0o777)
    tmp_path.chmod(0o700)
    require_own(tmp_path, inner)
    tmp_path.chmod(0o755)
    with pytest.raises(StoreError, match="inner"):
        require_own(tmp_path, inner)


@pytest.mark.parametrize(("owner", "believed"), [(0, True), (1234, True), (4321, False)])
def test_only_root_and_oneself_are_believed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: int, believed: bool
) -> None:
    status = tmp_path.stat()
    owned = os.stat_result((*status[:4], owner, *status[5:]))
    monkeypatch.setattr(Path, "stat", lambda path: owned)
    monkeypatch.setattr(os, "geteuid", lambda: 1234)
    if believed:
        require_own(tmp_path)
    else:
        with pytest.raises(StoreError, match="belongs to user 4321"):
            require_own(tmp_path)
