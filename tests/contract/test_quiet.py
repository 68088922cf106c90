"""As a library it prints nothing and reads no environment variable."""

from __future__ import annotations

import os
from collections.abc import Iterator, MutableMapping
from pathlib import Path

import pytest

from provider_core import Wishes
from provider_core.errors import PackageNotFound

from .crate_double import CrateDouble
from .hosts import Homes


class Watched(MutableMapping[str, str]):
    """An environment that notes who looks."""

    def __init__(self, values: MutableMapping[str, str]) -> None:
        self.values_there = values
        self.read: list[str] = []

    def __getitem__(self, key: str) -> str:
        self.read.append(key)
        return self.values_there[key]

    def __iter__(self) -> Iterator[str]:
        self.read.append("everything")
        return iter(self.values_there)

    def __len__(self) -> int:
        return len(self.values_there)

    def __setitem__(self, key: str, value: str) -> None:
        self.values_there[key] = value

    def __delitem__(self, key: str) -> None:
        del self.values_there[key]


def live(homes: Homes, tmp_path: Path) -> None:
    """Use every kind of verb once, failures too."""
    host = homes(CrateDouble())
    host.add_source("crates", "crate://all")
    host.find("own-1")
    host.install("own-1", "own-2")
    host.install("own-3", "nothing", wishes=Wishes(keep_going=True))
    with pytest.raises(PackageNotFound):
        host.install("nothing")
    host.save("own-1", "shared-0", to=str(tmp_path / "crates.tar"))
    host.history("own-1")
    host.providers()
    host.sources()
    host.uninstall("own-1")
    host.install(str(tmp_path / "crates.tar"))
    host.log()
    host.collect(grace=0)
    host.check_store()
    host.rebuild_catalog()


def test_it_prints_nothing(homes: Homes, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    live(homes, tmp_path)
    assert capfd.readouterr() == ("", "")


def test_it_reads_no_environment(
    homes: Homes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched(os.environ)
    with monkeypatch.context() as patch:
        patch.setattr(os, "environ", watched)
        live(homes, tmp_path)
    assert watched.read == []
