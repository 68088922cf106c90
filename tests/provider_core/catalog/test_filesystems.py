"""Network file systems are told from the mount table, and refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider_core.catalog import Catalog, Offers
from provider_core.catalog.filesystems import network_type
from provider_core.disk import mounts
from provider_core.errors import NotSupported
from provider_core.model import Query

MOUNTS = r"""
sysfs /sys sysfs rw,nosuid 0 0
/dev/vda / ext4 rw,relatime 0 0
server:/export /home nfs4 rw,vers=4.2 0 0
/dev/vdb /home/ann ext4 rw 0 0
//server/share /mnt/my\040share\134\011x cifs rw 0 0
ann@host:/srv /mnt/over fuse.sshfs rw 0 0
tmpfs /mnt/over tmpfs rw 0 0
none /mnt/host virtiofs rw 0 0
broken line
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/var/lib/imageferry/catalog.db", ""),
        ("/home/bob/.local/share/imageferry/catalog.db", "nfs4"),
        ("/home", "nfs4"),
        ("/homeless/catalog.db", ""),
        ("/home/ann/catalog.db", ""),
        ("/mnt/my share\\\tx/catalog.db", "cifs"),
        ("/mnt/over/catalog.db", ""),
        ("/mnt/host/catalog.db", "virtiofs"),
    ],
)
def test_the_deepest_and_last_mount_counts(path: str, kind: str) -> None:
    assert network_type(MOUNTS, path) == kind


def test_an_empty_table_tells_nothing() -> None:
    assert network_type("", "/home/bob") == ""


@given(st.text(), st.text(st.characters(exclude_characters="\0"), min_size=1))
def test_any_table_is_read(mounts: str, path: str) -> None:
    assert isinstance(network_type(mounts, f"/{path}"), str)


@pytest.fixture
def on_nfs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    table = tmp_path / "mounts"
    table.write_text(f"server:/export {tmp_path} nfs rw 0 0\n")
    monkeypatch.setattr(mounts, "_MOUNTS", table)
    return tmp_path


def test_both_databases_refuse_a_network_file_system(on_nfs: Path) -> None:
    with pytest.raises(NotSupported, match="nfs"):
        Catalog(on_nfs / "catalog.db").installed()
    with pytest.raises(NotSupported, match="nfs"), Catalog(on_nfs / "catalog.db").change("x"):
        pytest.fail("it is refused")
    with pytest.raises(NotSupported, match="nfs"):
        Offers(on_nfs / "offers.db").find(Query(), ["lab"])
    with pytest.raises(NotSupported, match="nfs"):
        Offers(on_nfs / "offers.db").forget("lab")
    assert [path.name for path in on_nfs.iterdir()] == ["mounts"]


def test_where_there_is_no_table_nothing_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mounts, "_MOUNTS", tmp_path / "no-such-table")
    assert Catalog(tmp_path / "catalog.db").installed() == ()
