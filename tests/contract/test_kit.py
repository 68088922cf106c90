"""A real kit, carried to a host that has Python and nothing else."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from provider_core.cancel import CancelToken
from provider_core.errors import Exists, UsageError
from provider_core.kit import Kit, make_kit
from provider_core.wheels.facts import wheels_in
from provider_core.wheels.sums import check_sums
from provider_core.wheels.target import Target

from ..support.kits import BareHost, made, python, shared_kit
from ..support.wheels import acme_wheel

pytestmark = [pytest.mark.index, pytest.mark.slow]

REPACK = """\
import site, sys
site.addsitedir(sys.argv[1])
from pathlib import Path
from provider_core.cancel import CancelToken
from provider_core.wheels.origin import own_wheel
print(own_wheel(Path(sys.argv[2]), CancelToken()))
"""


@pytest.fixture(scope="module")
def kit(tmp_path_factory: pytest.TempPathFactory) -> Kit:
    """Return a kit for this machine."""
    return shared_kit(tmp_path_factory)


@pytest.fixture(scope="module")
def far(kit: Kit, tmp_path_factory: pytest.TempPathFactory) -> BareHost:
    """Return a far side on which the kit was installed."""
    far = BareHost(tmp_path_factory.mktemp("far"))
    assert f"ferry {kit.version}-{kit.seal.hex[:12]} is in use" in far.install(kit)
    return far


def test_a_kit_is_whole_and_says_so(kit: Kit) -> None:
    assert {"install.py", "install.sh", "install.ps1", "kit.json"} <= set(check_sums(kit.folder))
    assert "pip" in {wheel.facts.name for wheel in kit.wheels}
    assert kit.wheels == wheels_in(kit.folder / "wheels")
    with pytest.raises(Exists):
        make_kit(kit.folder, kit.target, cancel=CancelToken())


def test_an_unknown_extra_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no extra 'jets'"):
        make_kit(tmp_path / "kit", Target.of(), extras=["jets"], cancel=CancelToken())
    assert list(tmp_path.iterdir()) == []


def test_ferry_works_there(far: BareHost) -> None:
    assert "That is all." in far.ferry("demo")
    assert "how-to/tag-images" in far.ferry("docs")


def test_an_installed_ferry_is_its_wheel_again(kit: Kit, far: BareHost, tmp_path: Path) -> None:
    (lib,) = (far.prefix / "versions").glob("*/lib")
    (theirs,) = (wheel.path for wheel in kit.wheels if wheel.facts.name == "imageferry")
    mine = far.run(python(), "-I", "-S", "-c", REPACK, lib, tmp_path).strip()
    assert _contents(Path(mine)) == _contents(theirs)


def _contents(wheel: Path) -> dict[str, int]:
    """Return name → checksum of what is in a wheel, but for its RECORD."""
    with zipfile.ZipFile(wheel) as archive:
        members = {one.filename: one.CRC for one in archive.infolist()}
    return {name: check for name, check in members.items() if not name.endswith("/RECORD")}


def test_a_provider_is_saved_there_and_carried_on(kit: Kit, far: BareHost, tmp_path: Path) -> None:
    shelf = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(kit.folder / "wheels")}
    wheels = tmp_path / "acme"
    said = far.ferry("provider", "save", acme_wheel("1.0.0"), "--to", wheels, code=0, **shelf)
    assert "acme     imageferry_acme-1.0.0-py3-none-any.whl sha256:" in said
    assert {path.name for path in wheels.iterdir()} == {"SHA256SUMS", acme_wheel("1.0.0").name}
    assert "Installed: acme 1.0.0" in far.ferry("provider", "install", wheels)
    assert "imageferry-acme 1.0.0" in far.ferry("provider", "show", "acme")
    assert "Removed: acme 1.0.0" in far.ferry("provider", "remove", "acme")
    assert "index could be reached" in far.ferry(
        "provider", "install", "imageferry-acme", code=5, PIP_RETRIES="1"
    )


def test_a_kit_for_windows_has_what_windows_needs(kit: Kit, tmp_path: Path) -> None:
    other = made(tmp_path / "kit", Target.of("windows/amd64", "3.12"))
    names = {wheel.facts.name for wheel in other.wheels}
    assert names - {wheel.facts.name for wheel in kit.wheels} == {"colorama"}
    tags = {wheel.path.stem.rpartition("-")[2] for wheel in other.wheels}
    assert tags == {"any", "win_amd64"}
