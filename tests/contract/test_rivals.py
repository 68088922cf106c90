"""One removes what the other is about to need: one of them is told, and nothing is broken."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from provider_core import Host, Settings
from provider_core.errors import Conflict
from provider_core.model import Requirement
from provider_core.references import Name

from .hosts import Homes
from .rival import NEEDY
from .shelf_double import Shelf, image_of

ROUNDS = 25
RIVAL = Path(__file__).with_name("rival.py")


def test_what_a_plan_relies_on_is_checked_again(homes: Homes, host: Host, shelf: Shelf) -> None:
    needs = (Requirement(name=Name(name="tool"), reason="base image"),)
    shelf.put("lab", "tool", "1", image_of("tool"))
    shelf.put("lab", "user", "1", image_of("user"), requires=needs)
    host.install("tool")
    other = homes(shelf)

    def uninstall(*_: object) -> None:
        if other.list():
            other.uninstall("tool")

    shelf.before_open = uninstall
    with pytest.raises(Conflict, match="tool, which user 1 needs as its base image"):
        host.install("user")
    assert host.list() == ()
    shelf.before_open = lambda *_: None
    assert {image.name for image in host.install("user").installed} == {"tool", "user"}


def test_a_requirement_is_fulfilled_by_a_tag(host: Host, shelf: Shelf) -> None:
    needs = (Requirement(name=Name(name="windowsservercore", tag="latest")),)
    shelf.put("lab", "WindowsServerCore", "10.0.14289", image_of("core"))
    shelf.put("lab", "iis", "1", image_of("iis"), requires=needs)
    host.install("windowsservercore")
    host.tag("windowsservercore", "windowsservercore:latest")
    assert [image.name for image in host.install("iis").installed] == ["iis"]
    assert [image.name for image in host.dependents("windowsservercore")] == ["iis"]


@pytest.mark.slow
def test_two_processes(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Host(home, provider_paths=[NEEDY], settings=Settings(plugins=False)) as host:
        host.add_source("needy", "needy://all")
        command = [sys.executable, str(RIVAL), str(home)]
        rivals = [
            subprocess.Popen(
                [*command, role, str(ROUNDS)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
            for role in ("user", "remover")
        ]
        said = [rival.communicate(timeout=120) for rival in rivals]
        assert [rival.returncode for rival in rivals] == [0, 0], said
        assert int(said[0][0]) > 0
        assert host.check_store() == ()
        host.uninstall("*") if host.list() else ()
        host.collect(grace=0)
        assert tuple(host.store.blobs()) == ()
