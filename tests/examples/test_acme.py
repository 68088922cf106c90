"""The tape provider as its users get it: a wheel, a fresh environment, and ferry finds it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

import provider_archive
import provider_core

PROJECT = Path(__file__).parents[2] / "examples" / "acme_provider"
FILL = """
import sys
from pathlib import Path
from provider_acme import Recording, write_tape
from provider_core.testing import small_image

recordings = []
for version in ("1.0", "2.0"):
    image = small_image({"etc/version": version.encode()})
    recordings.append(Recording(
        name="Rocket", version=version, platform=image.platforms[0],
        blobs=image.contents[::-1], data=image.blobs, summary="It flies.",
    ))
write_tape(Path(sys.argv[1]) / "a1.tape", "A1", recordings)
"""


def run(*words: object) -> str:
    ran = subprocess.run([*map(str, words)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel and return the Python of a new environment it was installed into.

    The environment sees the libraries of this one, so that nothing is downloaded.
    """
    base = tmp_path_factory.mktemp("acme")
    project = shutil.copytree(PROJECT, base / "project")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    offline = ("--no-index", "--no-deps")
    wheels = base / "wheels"
    run(*pip, "wheel", *offline, "--no-build-isolation", "--wheel-dir", wheels, project)
    (wheel,) = wheels.glob("*.whl")

    place = base / "fresh"
    venv.create(place, with_pip=False, symlinks=True)
    scheme = {"base": str(place), "platbase": str(place)}
    own = Path(sysconfig.get_path("purelib", "venv", vars=scheme))
    libraries = {sysconfig.get_path(name) for name in ("purelib", "platlib")}
    sources = {
        str(Path(one.__file__ or "").parents[1]) for one in (provider_core, provider_archive)
    }
    (own / "libraries.pth").write_text("\n".join(sorted(libraries | sources)))
    fresh = Path(sysconfig.get_path("scripts", "venv", vars=scheme)) / Path(sys.executable).name
    run(*pip, "--python", fresh, "install", *offline, wheel)
    return fresh


@pytest.mark.slow
def test_ferry_finds_what_is_on_the_tapes(python: Path, tmp_path: Path) -> None:
    vault, home = tmp_path / "vault", tmp_path / "home"
    vault.mkdir()
    run(python, "-c", FILL, vault)
    ferry = (python, "-W", "error", "-m", "provider_core.cli", "--home", home)

    listed = run(*ferry, "provider", "list")
    assert "acme" in listed
    assert "imageferry-acme 1.0.0" in listed
    run(*ferry, "source", "add", "vault", vault, "--provider", "acme")
    found = run(*ferry, "find", "--all-versions")
    assert [line.split()[:2] for line in found.splitlines() if "Rocket" in line] == [
        ["Rocket", "2.0"],
        ["Rocket", "1.0"],
    ]
    assert "It flies." in found
    run(*ferry, "install", "Rocket")
    assert "Rocket" in run(*ferry, "list")


@pytest.mark.slow
def test_the_installed_provider_passes_its_check(python: Path, tmp_path: Path) -> None:
    words = ("-m", "provider_core.cli", "--home", tmp_path, "provider", "check", "acme")
    assert "Checked : acme" in run(python, *words)
