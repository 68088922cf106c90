"""The provider of Windows image files keeps the plugin contract."""

from __future__ import annotations

import itertools
import os
from dataclasses import replace
from pathlib import Path

import pytest

from provider_core.model import Content, Query, Source
from provider_core.references import FilePath
from provider_core.store import Writer, put
from provider_core.testing import ProviderCase, ProviderConformance
from provider_wim import WimProvider
from provider_wim.media import WIM
from provider_wim.wim_format.header import HEADER_SIZE

from ...support.windows import NANO, sample_tree, wim_bytes


class TestFolderOfFiles(ProviderConformance):
    @pytest.fixture
    def case(self, tmp_path: Path) -> ProviderCase:
        return case_in(tmp_path)


class TestDamagedFile(ProviderConformance):
    @pytest.fixture
    def case(self, tmp_path: Path) -> ProviderCase:
        case = case_in(tmp_path)
        nano = tmp_path / "lab" / "nano.wim"

        def damage() -> None:
            status, data = nano.stat(), bytearray(nano.read_bytes())
            data[HEADER_SIZE : HEADER_SIZE + 100] = bytes(100)
            nano.write_bytes(data)
            os.utime(nano, ns=(status.st_atime_ns, status.st_mtime_ns))  # bits rot silently

        return replace(case, damage=damage)


def case_in(folder: Path) -> ProviderCase:
    """Return a folder of one file; a .wim can hold one image, so what is saved is that one."""
    lab, saved, numbers = folder / "lab", folder / "saved", itertools.count()
    lab.mkdir()
    saved.mkdir()
    data = wim_bytes((NANO, sample_tree()))
    (lab / "nano.wim").write_bytes(data)
    text = folder / "text.wim"
    text.write_text("none of ours")

    def raw(writer: Writer) -> Content:
        return Content(root=put(writer, data, WIM))

    return ProviderCase(
        provider=WimProvider,
        source=Source(name="lab", provider="wim", location=str(lab)),
        present=[Query(name="NanoServer")],
        references=[FilePath(path=str(lab / "nano.wim"))],
        strangers=[FilePath(path=str(text))],
        destination=lambda: str(saved / f"{next(numbers)}.wim"),
        raw=raw,
    )
