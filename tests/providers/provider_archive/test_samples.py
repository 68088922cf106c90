"""The samples that come along are what the recorded script makes, byte for byte."""

from __future__ import annotations

from pathlib import Path

import provider_archive
from provider_archive import ArchiveProvider
from provider_archive.make_samples import make_samples
from provider_core import Host

SHIPPED = Path(provider_archive.__file__).with_name("samples")


def _files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".git")
    }


def test_the_script_makes_them_again(tmp_path: Path) -> None:
    made = tmp_path / "samples"
    made.mkdir()
    make_samples(made)
    assert _files(made) == _files(SHIPPED)


def test_they_are_there_until_a_source_is_added(tmp_path: Path) -> None:
    (source,) = ArchiveProvider().provider_info().sources
    with Host(tmp_path / "home") as host:
        assert source.name in _names(host)
        versions = [package.version for package in host.find("sample/hello").packages]
        assert versions == ["2.0"]
        host.add_source("lab", str(SHIPPED))
        assert "lab" in _names(host)
        assert source.name not in _names(host)
        host.remove_source("lab")
        assert source.name in _names(host)


def _names(host: Host) -> set[str]:
    return {row.source.name for row in host.sources()}


def test_there_are_three_versions_of_one_and_one_with_a_parent(tmp_path: Path) -> None:
    with Host(tmp_path / "home") as host:
        host.install("sample/hello==1.0", "sample/hello==1.1", "sample/hello==2.0", "sample/base")
        parents = {image.parent.name for image in host.list("sample/hello") if image.parent}
        assert len(host.list("sample/hello")) == 3
        assert parents == {"sample/base"}
