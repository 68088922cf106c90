"""Kits whose ferry is three lines long, made without an index: what the installer does is real."""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import sys
from functools import cache
from importlib.metadata import distribution
from importlib.resources import files
from pathlib import Path

from provider_core.kit.making import FORMAT
from provider_core.wheels.facts import wheels_in
from provider_core.wheels.repacking import repack

from ...support.wheels import kept_folder, list_sums, write_wheel

__all__ = ["install", "says", "small_kit"]

MAIN = """\
import sys

def main() -> int:
    print({version!r}, *sys.argv[1:])
    return {code}
"""


def small_kit(folder: Path, version: str, *, code: int = 0) -> Path:
    """Write a kit to *folder* whose ferry says its version and what it was told."""
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    modules = {
        "provider_core/__init__.py": "",
        "provider_core/cli/__init__.py": "",
        "provider_core/cli/main.py": MAIN.format(version=version, code=code),
    }
    write_wheel(wheels, "imageferry", version, files=modules)
    (only,) = wheels_in(wheels)  # pip is run and not installed, which would take its time
    (folder / "requirements.txt").write_text(f"{only.requirement}\n")
    shutil.copy(_pip_wheel(), wheels)
    python = f"{sys.version_info[0]}.{sys.version_info[1]}"
    facts = {
        "format": FORMAT,
        "version": version,
        "python": python,
        "system": platform.system(),
        "machine": platform.machine(),
    }
    (folder / "kit.json").write_text(json.dumps(facts))
    room = files("provider_core.kit")
    (folder / "install.py").write_text((room / "installer.py").read_text())
    script = (room / "scripts" / "install.sh").read_text()
    (folder / "install.sh").write_text(script.replace("@PYTHON@", python))
    list_sums(folder)
    return folder


@cache
def _pip_wheel() -> Path:
    return repack(distribution("pip"), kept_folder())


def install(kit: Path, prefix: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Run a kit's install.sh with this Python."""
    return subprocess.run(
        ["sh", str(kit / "install.sh"), "--prefix", str(prefix), *more],
        env={"PATH": "/usr/bin:/bin", "PYTHON": sys.executable, "HOME": str(prefix.parent)},
        capture_output=True,
        text=True,
        check=False,
    )


def says(prefix: Path, *words: str) -> str:
    """Return what the ferry in *prefix* says."""
    command = [str(prefix / "bin" / "ferry"), *words]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
