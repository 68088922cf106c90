from __future__ import annotations

import zipfile
from importlib.metadata import Distribution, distribution, distributions
from pathlib import Path

import pytest

from provider_core.cancel import CancelToken
from provider_core.digests import Digest
from provider_core.errors import DigestMismatch, NotSupported
from provider_core.wheels.facts import Wheel
from provider_core.wheels.pip import install_offline
from provider_core.wheels.repacking import repack

from ...support.wheels import acme_wheel


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def installed(folder: Path) -> Distribution:
    """Install acme's wheel into *folder* by pip."""
    wheel = Wheel.read(acme_wheel("1.0.0"))
    install_offline(wheel.requirement, wheel.path.parent, folder, CancelToken())
    (found,) = distributions(path=[str(folder)])
    return found


def test_it_is_the_wheel_that_was_installed(tmp_path: Path) -> None:
    made = repack(installed(tmp_path / "lib"), tmp_path)
    assert made.name == acme_wheel("1.0.0").name
    mine, theirs = contents(made), contents(acme_wheel("1.0.0"))
    record = "imageferry_acme-1.0.0.dist-info/RECORD"
    rows = [sorted(one.pop(record).decode().split()) for one in (mine, theirs)]
    assert rows[0] == rows[1]
    assert mine == theirs


def test_the_same_files_make_the_same_wheel(tmp_path: Path) -> None:
    pluggy = distribution("pluggy")
    (tmp_path / "other").mkdir()
    both = [repack(pluggy, folder).read_bytes() for folder in (tmp_path, tmp_path / "other")]
    assert Digest.of(both[0]) == Digest.of(both[1])


def test_scripts_are_left_to_the_next_installer(tmp_path: Path) -> None:
    made = contents(repack(distribution("pip"), tmp_path))
    assert "pip/__main__.py" in made
    assert not [name for name in made if name.startswith(("bin/", "..", "/"))]
    assert not [name for name in made if "__pycache__" in name]


def test_a_file_that_was_changed_is_found(tmp_path: Path) -> None:
    acme = installed(tmp_path / "lib")
    with (tmp_path / "lib/provider_acme/tape.py").open("a") as file:
        file.write("# a quick repair\n")
    with pytest.raises(DigestMismatch, match=r"tape\.py"):
        repack(acme, tmp_path)


def test_a_distribution_without_a_record_is_refused(tmp_path: Path) -> None:
    acme = installed(tmp_path / "lib")
    (tmp_path / "lib/imageferry_acme-1.0.0.dist-info/RECORD").unlink()
    with pytest.raises(NotSupported, match="has no record of its files"):
        repack(acme, tmp_path)
