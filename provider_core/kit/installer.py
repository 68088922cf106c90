"""Installs the kit that it lies in; nothing but Python is needed, no index, no root, no venv.

    <prefix>/versions/<version>/   lib/ (ferry and all that it requires), ferry.py, python
    <prefix>/current               the versions, that in use first, a line each
    <prefix>/bin/ferry             starts the one in use

A version is laid aside and renamed when it is whole and was seen to start; then `current` is
replaced, which is the switch.  Whenever this is interrupted, the old version or the new one runs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

__all__ = ["main"]

FORMAT = 1
KEPT = 3
"""Versions that stay: the one in use, and those before it."""
WINDOWS = os.name == "nt"

FERRY_PY = """\
import pathlib
import site
import sys

site.addsitedir(str(pathlib.Path(__file__).parent / "lib"))

from provider_core.cli.main import main

sys.exit(main())
"""
LAUNCHER_SH = """\
#!/bin/sh
# Starts the ferry that is in use; the first line of `current` says which.
prefix={prefix}
IFS= read -r version <"$prefix/current"
IFS= read -r python <"$prefix/versions/$version/python"
exec "$python" -I -S "$prefix/versions/$version/ferry.py" "$@"
"""
LAUNCHER_CMD = """\
@echo off\r
setlocal\r
set "prefix=%~dp0.."\r
set /p version=<"%prefix%\\current"\r
set /p python=<"%prefix%\\versions\\%version%\\python"\r
"%python%" -I -S "%prefix%\\versions\\%version%\\ferry.py" %*\r
"""


class Refused(Exception):
    """What went wrong, and the exit code, which is as ferry's."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def main(argv: Sequence[str] | None = None) -> int:
    """Install this kit, or go back to the version before; the exit code."""
    words = _parser().parse_args(argv)
    prefix = Path(words.prefix or _default_prefix()).expanduser().absolute()
    try:
        with _locked(prefix):
            version = _back(prefix) if words.rollback else _install(Path(__file__).parent, prefix)
    except Refused as error:
        sys.stderr.write(f"install: {error}\n")
        return error.code
    except OSError as error:
        sys.stderr.write(f"install: {error.filename or prefix}: {error.strerror}\n")
        return 6
    launcher = _launcher(prefix)
    sys.stdout.write(f"ferry {version} is in use: {launcher}\n")
    if str(launcher.parent) not in os.environ.get("PATH", "").split(os.pathsep):
        sys.stdout.write(f"To call it `ferry`, put {launcher.parent} on your PATH.\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="install", description="Install ferry from this kit.")
    parser.add_argument("--prefix", help=f"where to (else {_default_prefix()})")
    parser.add_argument(
        "--rollback", action="store_true", help="go back to the version that was in use before"
    )
    return parser


def _default_prefix() -> Path:
    local = os.environ.get("LOCALAPPDATA")
    return Path(local) / "ferry" if WINDOWS and local else Path.home() / ".local" / "opt" / "ferry"


# installing ---------------------------------------------------------------------------------


def _install(kit: Path, prefix: Path) -> str:
    """Bring the kit's version and use it; return what the version is called."""
    seal = _check_sums(kit)
    facts = json.loads((kit / "kit.json").read_text(encoding="utf-8"))
    _check_machine(facts)
    version = f"{facts['version']}-{seal[:12]}"
    place = prefix / "versions" / version
    if not place.is_dir():
        _lay(kit, place)
    _write_launcher(prefix)
    _use(prefix, [version, *(one for one in _versions(prefix) if one != version)])
    return version


def _check_sums(kit: Path) -> str:
    """Hold every file of the kit against SHA256SUMS; return the hash of that list."""
    sums = (kit / "SHA256SUMS").read_bytes()
    listed = {}
    for line in sums.decode().splitlines():
        digest, _, name = line.partition("  ")
        listed[name] = digest
    for name, digest in listed.items():
        if not (kit / name).is_file():
            raise Refused(4, f"{name} is missing from this kit; copy it again")
        if hashlib.sha256((kit / name).read_bytes()).hexdigest() != digest:
            raise Refused(4, f"{name} is damaged or was changed; copy the kit again")
    for path in (kit / "wheels").iterdir():
        if f"wheels/{path.name}" not in listed:
            raise Refused(4, f"{path.name} does not belong to this kit; take it away")
    return hashlib.sha256(sums).hexdigest()


def _check_machine(facts: dict[str, object]) -> None:
    if facts["format"] != FORMAT:
        raise Refused(2, "this kit was put together wrong: its files are of several releases")
    here = (f"{sys.version_info[0]}.{sys.version_info[1]}", platform.system(), platform.machine())
    there = (facts["python"], facts["system"], facts["machine"])
    if here != there:
        raise Refused(
            2,
            "this kit is for Python {} on {} {}, and this is Python {} on {} {}; "
            "make one for it with `ferry kit --platform … --python …`".format(*there, *here),
        )


def _lay(kit: Path, place: Path) -> None:
    """Make the folder of a version: aside, tried, flushed, and only then under its name."""
    place.parent.mkdir(parents=True, exist_ok=True)
    _check_space(kit, place.parent)
    for left in place.parent.glob(".new-*"):  # of an installation that was interrupted
        shutil.rmtree(left)
    aside = Path(tempfile.mkdtemp(prefix=".new-", dir=place.parent))
    try:
        _pip(kit, aside / "lib")
        (aside / "ferry.py").write_text(FERRY_PY, encoding="utf-8")
        (aside / "python").write_text(f"{sys.executable}\n", encoding="utf-8")
        shutil.copyfile(__file__, aside / "install.py")
        _try(aside)
        aside.chmod(0o755)
        getattr(os, "sync", lambda: None)()
        aside.rename(place)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise


def _check_space(kit: Path, folder: Path) -> None:
    needed = 0
    for path in (kit / "wheels").iterdir():
        with zipfile.ZipFile(path) as wheel:
            needed += 2 * sum(member.file_size for member in wheel.infolist())  # with byte code
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise Refused(6, f"{folder} has {free} bytes free, and {needed} are needed")


def _pip(kit: Path, lib: Path) -> None:
    """Install what the kit lists, by the pip that is in it; its hashes are checked once more."""
    (pip,) = (kit / "wheels").glob("pip-*.whl")
    quiet = ("--quiet", "--disable-pip-version-check", "--no-input", "--no-warn-script-location")
    command = [
        *(sys.executable, "-I", str(pip / "pip"), "install", *quiet),
        *("--no-index", "--no-deps", "--no-cache-dir", "--require-hashes"),
        *("--find-links", str(kit / "wheels"), "--target", str(lib)),
        *("--requirement", str(kit / "requirements.txt"), "--root-user-action", "ignore"),
    ]
    environ = {name: text for name, text in os.environ.items() if not name.startswith("PIP_")}
    environ["PIP_CONFIG_FILE"] = os.devnull  # no setting of this host's has a say in it
    ran = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise Refused(4 if "HASH" in ran.stderr else 1, f"pip failed:\n{ran.stderr.strip()}")


def _try(aside: Path) -> None:
    command = [sys.executable, "-I", "-S", str(aside / "ferry.py"), "--version"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise Refused(1, f"the new version does not start here:\n{ran.stderr.strip()}")


# switching ----------------------------------------------------------------------------------


def _back(prefix: Path) -> str:
    """Use the version that was in use before; return what it is called."""
    versions = _versions(prefix)
    if len(versions) < 2:
        raise Refused(3, f"there is no version before this one in {prefix}")
    _use(prefix, [*versions[1:], versions[0]])
    return versions[1]


def _versions(prefix: Path) -> list[str]:
    """Return the versions that are there, the one in use first."""
    current = prefix / "current"
    told = current.read_text(encoding="utf-8").splitlines() if current.exists() else []
    return [name for name in told if (prefix / "versions" / name).is_dir()]


def _use(prefix: Path, versions: Sequence[str]) -> None:
    """Make the first of *versions* the one in use; remove what is not among the first few."""
    kept = versions[:KEPT]
    _replace(prefix / "current", "".join(f"{name}\n" for name in kept))
    for path in (prefix / "versions").iterdir():
        if path.name not in kept and not path.name.startswith("."):
            doomed = path.with_name(f".old-{path.name}")
            path.rename(doomed)
            shutil.rmtree(doomed, ignore_errors=True)


def _write_launcher(prefix: Path) -> None:
    launcher = _launcher(prefix)
    launcher.parent.mkdir(exist_ok=True)
    text = LAUNCHER_CMD if WINDOWS else LAUNCHER_SH.format(prefix=shlex.quote(str(prefix)))
    _replace(launcher, text, mode=0o755)


def _launcher(prefix: Path) -> Path:
    return prefix / "bin" / ("ferry.cmd" if WINDOWS else "ferry")


def _replace(path: Path, text: str, mode: int = 0o644) -> None:
    """Give *path* the content *text* as a whole."""
    beside = path.with_name(f".{path.name}.new")
    with beside.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.chmod(mode)
    os.replace(beside, path)


@contextmanager
def _locked(prefix: Path) -> Iterator[None]:
    """Keep other installers out of *prefix* meanwhile."""
    prefix.mkdir(parents=True, exist_ok=True)
    with (prefix / ".lock").open("a+b") as file:
        try:
            if WINDOWS:
                import msvcrt

                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
            else:
                import fcntl

                fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            _refuse_busy(prefix)
        yield


def _refuse_busy(prefix: Path) -> NoReturn:
    raise Refused(6, f"another installer is at work in {prefix}")


if __name__ == "__main__":
    sys.exit(main())
