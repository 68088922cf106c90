"""The mount table says which file system a place is on."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.disk import mounts
from provider_core.disk.mounts import file_system, mounted_type

MOUNTS = r"""
/dev/vda / ext4 rw,relatime 0 0
/dev/sdb1 /media/my\040stick vfat rw 0 0
/dev/sdb1 /media/my\040stick/inner ext4 rw 0 0
broken line
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/srv", "ext4"), ("/media/my stick/a/b", "vfat"), ("/media/my stick/inner/x", "ext4")],
)
def test_the_deepest_mount_counts(path: str, kind: str) -> None:
    assert mounted_type(MOUNTS, path) == kind


@given(st.text(), st.text(st.characters(exclude_characters="\0"), min_size=1))
def test_any_table_is_read(table: str, path: str) -> None:
    assert isinstance(mounted_type(table, f"/{path}"), str)


def test_links_are_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "stick").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "stick")
    table = tmp_path / "mounts"
    table.write_text(f"/dev/vda / ext4 rw 0 0\n/dev/sdb1 {tmp_path}/stick vfat rw 0 0\n")
    monkeypatch.setattr(mounts, "_MOUNTS", table)
    assert file_system(tmp_path / "link" / "not" / "there") == "vfat"
    monkeypatch.setattr(mounts, "_MOUNTS", tmp_path / "no-such-table")
    assert file_system(tmp_path) == ""
