"""A kit of ferry, made once for all workers of a run, and hosts that have nothing but Python."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock
from packaging.version import Version

from provider_core.cancel import CancelToken
from provider_core.errors import TransportError
from provider_core.kit import Kit, make_kit
from provider_core.wheels.target import Target

from ..peers.peer import require

__all__ = ["BareHost", "alone", "made", "python", "shared_kit"]


def shared_kit(factory: pytest.TempPathFactory) -> Kit:
    """Return a kit for this machine and `python()`; what is fetched is fetched once a run."""
    base = factory.getbasetemp()
    folder = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    kept = folder / "kit.pickle"
    with FileLock(folder / "kit.lock"):
        if not kept.exists():
            kit = made(folder / "kit", Target.of("", _version_of(python())))
            kept.write_bytes(pickle.dumps(kit))
    kit = pickle.loads(kept.read_bytes())
    assert isinstance(kit, Kit)
    return kit


def made(folder: Path, target: Target, *extras: str) -> Kit:
    """Make a kit, where an index answers."""
    try:
        return make_kit(folder, target, extras=extras, cancel=CancelToken())
    except TransportError as error:
        require(False, f"no package index answers: {error.fields['said']}")
        raise


def python() -> str:
    """Return the system's own Python if ferry runs on it, else the one that runs."""
    system = "/usr/bin/python3"
    fits = os.path.exists(system) and Version(_version_of(system)) >= Version("3.11")
    return system if fits else sys.executable


def alone() -> tuple[str, ...]:
    """Return what starts a program in a network namespace without interfaces."""
    start = ("unshare", *(() if os.geteuid() == 0 else ("--map-root-user",)), "--net")
    require(shutil.which("unshare") is not None, "unshare is not installed")
    tried = subprocess.run([*start, "true"], capture_output=True, check=False)
    require(tried.returncode == 0, "no network namespace can be made")
    return start


class BareHost:
    """A host without a network, without pip's settings, and with a home of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.prefix = folder / "opt"
        self.environ = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "PYTHON": python()}
        self.inside = alone()

    def run(self, *words: str | Path, code: int = 0, **environ: str) -> str:
        """Run a program there; what it says."""
        ran = subprocess.run(
            [*self.inside, *map(str, words)],
            env={**self.environ, **environ},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == code, ran.stdout + ran.stderr
        return ran.stdout + ran.stderr

    def install(self, kit: Kit) -> str:
        """Install ferry from *kit*; what the installer says."""
        return self.run("sh", kit.folder / "install.sh", "--prefix", self.prefix)

    @property
    def program(self) -> Path:
        """The ferry that was installed there."""
        return self.prefix / "bin" / "ferry"

    def ferry(self, *words: str | Path, code: int = 0, **environ: str) -> str:
        """Run that ferry; what it says."""
        return self.run(self.program, *words, code=code, **environ)


def _version_of(program: str) -> str:
    """Return major and minor version of a Python."""
    command = [program, "-I", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
