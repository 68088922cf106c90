"""Built-in sources are remembered with what they depend on, and not when something failed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from provider_core import Host, Settings

from ..support.distributions import install_distribution

GROUP = "provider_core.providers"
BROKEN = """
import os
from provider_core import ProviderInfo, hookimpl
if os.path.exists(os.path.join(os.path.dirname(__file__), "down")):
    raise ImportError("its library is absent")

class Faulty:
    @hookimpl
    def provider_info(self):
        return ProviderInfo(name="faulty", version="1")
"""


def builtin(home: Path, *disabled: str) -> list[str]:
    """Return the names of the built-in sources, as a new process would."""
    with Host(home, settings=Settings(disabled_providers=disabled)) as host:
        return [row.source.name for row in host.sources() if row.builtin]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a home that is there already; distributions in it are forgotten afterwards."""
    monkeypatch.setattr(sys, "path", list(sys.path))
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    return folder


def test_they_are_remembered(home: Path) -> None:
    assert builtin(home)
    assert (home / "plugins.json").exists()


def test_a_provider_that_was_disabled_once_is_not_forgotten(home: Path) -> None:
    before = builtin(home)
    assert builtin(home, "archive") == ["hub"]
    assert builtin(home) == before == ["samples", "hub"]


def test_a_provider_that_is_disabled_has_no_sources(home: Path) -> None:
    assert builtin(home)
    assert builtin(home, "archive", "registry") == []


def test_another_place_is_another_plugin(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remembered = []
    for place in ("one", "two"):
        with monkeypatch.context() as patch:
            patch.setattr(sys, "path", [*sys.path, str(home / place)])
            install_distribution(home / place, "ferry-zinc", GROUP, "zinc = zinc:Zinc", "")
            (home / place / "zinc.py").write_text(ZINC)
            builtin(home)
            remembered.append((home / "plugins.json").read_text())
    assert remembered[0] != remembered[1]


ZINC = """
from provider_core import ProviderInfo, hookimpl

class Zinc:
    @hookimpl
    def provider_info(self):
        return ProviderInfo(name="zinc", version="1")
"""


def test_nothing_is_remembered_while_one_fails(home: Path) -> None:
    place = home / "providers" / "ferry-faulty"
    entry = "faulty = ferry_faulty:Faulty"
    install_distribution(place, "ferry-faulty", GROUP, entry, BROKEN)
    for folder in (place, place.parent):
        folder.chmod(0o755)
    (place / "down").touch()
    assert builtin(home)
    assert not (home / "plugins.json").exists()
    (place / "down").unlink()
    assert builtin(home)
    assert (home / "plugins.json").exists()
    sys.modules.pop("ferry_faulty", None)
