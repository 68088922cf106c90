"""Plugins that misbehave, through a whole Host: a row each, and a fault beside others' results."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from provider_core import Host, Settings
from provider_core.context import Context
from provider_core.errors import ProviderFault, TimedOut
from provider_core.hookspecs import hookimpl
from provider_core.model import Package, Query

from ..support.plugins import Good

NEVER = threading.Event()
OURS = {"archive", "feed", "registry", "wim"}
"""What comes with ferry and is in the list too, where it is installed."""


class Raises(Good):
    @hookimpl
    def find(self, query: Query, context: Context) -> Iterator[Package]:
        raise ZeroDivisionError("one by none")


class Nonsense(Good):
    @hookimpl
    def find(self, query: Query, context: Context) -> Any:
        return ["box"]


class Exits(Good):
    @hookimpl
    def find(self, query: Query, context: Context) -> Iterator[Package]:
        raise SystemExit(1)


class Hangs(Good):
    @hookimpl
    def find(self, query: Query, context: Context) -> Iterator[Package]:
        NEVER.wait(60)
        yield from ()


class WrongSignature(Good):
    @hookimpl
    def find(self, query: Query, context: Context | None = None) -> Iterator[Package]:
        yield from ()


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "home"
    NEVER.set()
    NEVER.clear()


@pytest.fixture
def broken_file(tmp_path: Path) -> Path:
    path = tmp_path / "broken.py"
    path.write_text("import no_such_library_at_all\n")
    return path


def host_of(home: Path, *plugins: object, **more: Any) -> Host:
    return Host(home=home, providers=plugins, settings=Settings(question_timeout=0.5), **more)


def test_faults_stand_beside_the_others_results(home: Path) -> None:
    plugins = [Good("fine"), Raises("raises"), Nonsense("nonsense"), Exits("exits"), Hangs("hangs")]
    with host_of(home, *plugins) as host:
        for plugin in plugins:
            host.add_source(plugin.name, f"/{plugin.name}", provider=plugin.name)
        result = host.find("box")
    assert [package.id.provider for package in result.packages] == ["fine"]
    faults = {fault.provider: fault for fault in result.faults}
    assert set(faults) == {"raises", "nonsense", "exits", "hangs"}
    assert isinstance(faults["hangs"], TimedOut)
    assert all(isinstance(faults[name], ProviderFault) for name in ("raises", "nonsense", "exits"))


def test_what_cannot_be_loaded_is_a_row(home: Path, broken_file: Path) -> None:
    plugins = [Good("fine"), WrongSignature("wrong"), Good("fine")]
    with host_of(home, *plugins, provider_paths=[broken_file]) as host:
        rows = [(row.name, row.status) for row in host.providers() if row.name not in OURS]
        host.add_source("fine", "/fine", provider="fine")
        assert [package.name for package in host.find("box").packages] == ["box"]
    assert rows == [
        ("broken", "failed"),
        ("fine", "ready"),
        ("fine", "failed"),
        ("wrong", "failed"),
    ]


def test_a_provider_that_is_gone_is_the_fault_of_its_source_alone(home: Path) -> None:
    with host_of(home, Good("fine"), Good("gone")) as host:
        for name in ("fine", "gone"):
            host.add_source(name, f"/{name}", provider=name)
    with host_of(home, Good("fine")) as host:
        result = host.find("box")
    assert [package.id.provider for package in result.packages] == ["fine"]
    assert [type(fault).__name__ for fault in result.faults] == ["UnknownProvider"]
