"""The archive provider keeps the plugin contract."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from provider_archive import ArchiveProvider
from provider_core.model import Query, Source
from provider_core.references import FilePath
from provider_core.testing import ProviderCase, ProviderConformance

from ...support.archives import docker_archive, oci_archive, write_layout
from ...support.images import ARM64, make_image, make_index


class TestFolderOfLayouts(ProviderConformance):
    @pytest.fixture
    def case(self, tmp_path: Path) -> ProviderCase:
        lab, numbers = tmp_path / "lab", itertools.count()
        several = make_index(make_image("a"), make_image("b", platform=ARM64))
        layout = write_layout(lab / "one", ("Box:1.0", make_image("one")), ("several:2", several))
        oci, docker, text = (tmp_path / name for name in ("oci.tar", "docker.tar", "text.txt"))
        oci.write_bytes(oci_archive(("jar:1", make_image("two"))))
        docker.write_bytes(docker_archive((["crate:1"], make_image("three"))))
        text.write_text("no archive")
        saved = tmp_path / "saved"
        saved.mkdir()
        return ProviderCase(
            provider=ArchiveProvider,
            source=Source(name="lab", provider="archive", location=str(lab)),
            present=[Query(name="Box"), Query(name="several")],
            references=[FilePath(path=str(path)) for path in (oci, docker, layout)],
            strangers=[FilePath(path=str(text))],
            destination=lambda: str(saved / f"{next(numbers)}.tar"),
        )


class TestDamagedLayout(ProviderConformance):
    @pytest.fixture
    def case(self, tmp_path: Path) -> ProviderCase:
        lab, numbers = (
            write_layout(tmp_path / "lab", ("Box:1.0", make_image("one"))),
            itertools.count(),
        )

        def damage() -> None:
            for blob in (lab / "blobs" / "sha256").iterdir():
                blob.write_bytes(bytes(blob.stat().st_size))

        return ProviderCase(
            provider=ArchiveProvider,
            source=Source(name="lab", provider="archive", location=str(lab)),
            present=[Query(name="Box")],
            references=[FilePath(path=str(lab))],
            destination=lambda: str(tmp_path / f"{next(numbers)}.tar"),
            damage=damage,
        )
