"""Providers of a home: brought, used, upgraded, removed; never half, never ferry's own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from provider_core import Host
from provider_core.digests import Digest
from provider_core.errors import (
    DigestMismatch,
    Exists,
    IntegrityError,
    InUse,
    NotFoundError,
    NotSupported,
    Offline,
    StoreError,
    UnknownProvider,
)
from provider_core.operations import provider_delivery
from provider_core.settings import Settings
from provider_core.wheels.facts import PROVIDER_GROUP

from ..support.wheels import acme_wheel, list_sums, write_wheel

Make = Callable[..., Path]
EMPTY_TAPE = b'{"tape": "A1", "images": []}\n'


@pytest.fixture(autouse=True)
def own_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no folder of a home stay on the path."""
    monkeypatch.setattr(sys, "path", list(sys.path))


@pytest.fixture
def saved(tmp_path: Path) -> Make:
    """Return what makes a folder as `provider save` writes it, with acme's wheel."""

    def make(version: str = "1.0.0") -> Path:
        folder = tmp_path / f"acme-{version}"
        folder.mkdir()
        shutil.copy(acme_wheel(version), folder)
        list_sums(folder)
        return folder

    return make


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def brought(home: Path) -> list[str]:
    folder = home / "providers"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def ferry(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run ferry as a process of its own, which imports what it finds."""
    command = [sys.executable, "-m", "provider_core.cli", "--home", str(home), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_provider_is_brought_used_upgraded_and_removed(home: Path, saved: Make) -> None:
    ran = ferry(home, "provider", "install", str(saved()))
    assert (ran.returncode, ran.stdout) == (0, "Installed: acme 1.0.0\n"), ran.stderr
    assert brought(home) == ["acme.1"]
    assert "imageferry-acme 1.0.0" in ferry(home, "provider", "show", "acme").stdout
    again = ferry(home, "provider", "install", "acme")
    assert (again.returncode, again.stdout) == (0, "")
    assert "already installed" in again.stderr

    ran = ferry(home, "provider", "upgrade", "acme", "--from", str(saved("1.1.0")))
    assert (ran.returncode, ran.stdout) == (0, "Installed: acme 1.1.0 (before: 1.0.0)\n")
    assert brought(home) == ["acme.2"]
    assert "imageferry-acme 1.1.0" in ferry(home, "provider", "show", "acme").stdout

    ran = ferry(home, "provider", "remove", "acme")
    assert (ran.returncode, ran.stdout) == (0, "Removed: acme 1.1.0\n")
    assert brought(home) == []
    assert list((home / "spool").iterdir()) == []


def test_the_same_again_changes_nothing(home: Path, saved: Make) -> None:
    folder = saved()
    for expected in (True, False):
        with Host(home) as host:
            (done,) = host.install_provider(folder=folder)
        assert done.changed == expected
    assert brought(home) == ["acme.1"]


def test_another_version_is_an_upgrade_and_never_a_step_back(home: Path, saved: Make) -> None:
    older, newer = saved(), saved("1.1.0")
    with Host(home) as host:
        host.install_provider("acme", folder=newer)
        with pytest.raises(Exists) as caught:
            host.install_provider("acme", folder=older)
        assert "ferry provider upgrade acme" in caught.value.hint
        assert not host.upgrade_provider("acme", folder=older).changed
    assert brought(home) == ["acme.1"]


def test_a_damaged_wheel_is_refused(home: Path, saved: Make) -> None:
    folder = saved()
    (wheel,) = folder.glob("*.whl")
    wheel.write_bytes(wheel.read_bytes()[:-1])
    with Host(home) as host, pytest.raises(DigestMismatch):
        host.install_provider(folder=folder)
    assert brought(home) == []


def test_hashes_that_were_given_count(home: Path, saved: Make) -> None:
    folder = saved()
    with Host(home) as host:
        with pytest.raises(IntegrityError, match="none of those given"):
            host.install_provider(folder=folder, hashes=[Digest.of(b"another")])
        assert brought(home) == []
        (done,) = host.install_provider(
            folder=folder, hashes=[Digest.of(acme_wheel("1.0.0").read_bytes())]
        )
        assert done.version == "1.0.0"


def test_a_requirement_that_nobody_brings_is_refused(home: Path, tmp_path: Path) -> None:
    points = {"zinc-1.dist-info/entry_points.txt": f"[{PROVIDER_GROUP}]\nzinc = zinc:Zinc\n"}
    write_wheel(tmp_path, "zinc", "1", "imageferry>=99", "no-such-library", files=points)
    list_sums(tmp_path)
    with Host(home) as host, pytest.raises(NotSupported, match=r"imageferry>=99 \(zinc\)"):
        host.install_provider(folder=tmp_path)
    assert brought(home) == []


def test_a_name_that_is_taken_is_refused(home: Path, tmp_path: Path) -> None:
    points = {"zinc-1.dist-info/entry_points.txt": f"[{PROVIDER_GROUP}]\narchive = zinc:Zinc\n"}
    write_wheel(tmp_path, "zinc", "1", files=points)
    list_sums(tmp_path)
    with Host(home) as host, pytest.raises(Exists, match="imageferry"):
        host.install_provider(folder=tmp_path)
    assert brought(home) == []


def test_a_name_never_leads_out_of_the_home(home: Path, tmp_path: Path) -> None:
    points = {"zinc-1.dist-info/entry_points.txt": f"[{PROVIDER_GROUP}]\n../../zinc = zinc:Zinc\n"}
    write_wheel(tmp_path, "zinc", "1", files=points)
    list_sums(tmp_path)
    with Host(home) as host, pytest.raises(NotSupported, match="no folder can be called"):
        host.install_provider(folder=tmp_path)


def test_a_folder_without_providers_is_told(home: Path, tmp_path: Path, saved: Make) -> None:
    write_wheel(tmp_path, "zinc", "1")
    list_sums(tmp_path)
    with Host(home) as host:
        with pytest.raises(NotFoundError, match=r"has a provider: zinc-1"):
            host.install_provider(folder=tmp_path)
        with pytest.raises(NotFoundError, match="has a provider 'zinc'"):
            host.install_provider("zinc", folder=saved())


@pytest.mark.parametrize("step", ["install_offline", "sync_tree", "sync_folder"])
def test_what_was_half_done_is_never_loaded(
    step: str, home: Path, saved: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **more: object) -> None:
        raise OSError(28, "No space left on device")

    with Host(home) as host, monkeypatch.context() as patch:
        patch.setattr(provider_delivery, step, fail)
        with pytest.raises(StoreError):
            host.install_provider(folder=saved())
    whole = step == "sync_folder"  # it has its name by then
    assert brought(home) == (["acme.1"] if whole else [])
    with Host(home) as host:
        assert ("acme" in {row.name for row in host.providers()}) == whole


def test_the_newer_of_two_counts_if_the_older_could_not_go(home: Path, saved: Make) -> None:
    with Host(home) as host:
        host.install_provider(folder=saved())
    shutil.copytree(home / "providers/acme.1", home / "kept")
    with Host(home) as host:
        host.upgrade_provider("acme", folder=saved("1.1.0"))
    (home / "kept").rename(home / "providers/acme.1")
    assert "imageferry-acme 1.1.0" in ferry(home, "provider", "show", "acme").stdout
    assert ferry(home, "provider", "remove", "acme").returncode == 0
    assert brought(home) == []


def test_a_provider_stays_while_a_source_needs_it(home: Path, saved: Make, tmp_path: Path) -> None:
    (tmp_path / "tapes").mkdir()
    (tmp_path / "tapes" / "a1.tape").write_bytes(EMPTY_TAPE)
    with Host(home) as host:
        host.install_provider(folder=saved())
    with Host(home) as host:
        host.add_source("tapes", str(tmp_path / "tapes"), provider="acme")
        with pytest.raises(InUse, match="the source tapes"):
            host.remove_provider("acme")
        host.remove_source("tapes")
        assert host.remove_provider("acme").before == "1.0.0"


def test_what_comes_with_ferry_is_not_removed(home: Path) -> None:
    with Host(home) as host:
        with pytest.raises(NotSupported, match="comes with imageferry"):
            host.remove_provider("archive")
        with pytest.raises(UnknownProvider):
            host.remove_provider("zinc")


def test_offline_no_index_is_asked(home: Path, tmp_path: Path) -> None:
    with Host(home, settings=Settings(offline=True)) as host:
        with pytest.raises(Offline):
            host.install_provider("imageferry-acme")
        with pytest.raises(Offline):
            host.save_providers("imageferry-acme", to=tmp_path / "wheels")
