"""A full disk, a read-only home, no permission: a clear error, nothing lost, space can be freed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SIZE = 8 << 20
"""Bytes of the small disk."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Give a file system of its own, 8 MiB large."""
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def ferry(home: Path, *words: str | Path, code: int = 0) -> list[dict[str, Any]]:
    """Run ferry and return its JSON rows; those of stderr after a failure."""
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "provider_core.cli",
            *map(str, words),
            "--json",
            "--home",
            str(home),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == code, run.stdout + run.stderr
    return [json.loads(line) for line in (run.stderr if code else run.stdout).splitlines()]


def fill(disk: Path, leave: int = 0) -> Path:
    """Take the disk's space but for *leave* bytes."""
    ballast = disk / "ballast"
    free = os.statvfs(disk)
    with ballast.open("wb") as file:
        file.write(bytes(max(0, free.f_bavail * free.f_frsize - leave)))
    return ballast


@pytest.mark.privileged
def test_an_install_that_does_not_fit_is_refused_before_it_starts(disk: Path) -> None:
    home = disk / "home"
    ferry(home, "install", "sample/hello==1.0")
    fill(disk, leave=20_000)
    error = ferry(home, "install", "sample/base", "sample/hello==2.0", code=6)[-1]
    assert error["class"] == "NoSpace"
    assert error["hint"]
    assert [image["version"] for image in ferry(home, "list")] == ["1.0"]
    assert ferry(home, "store", "check") == []


@pytest.mark.privileged
@pytest.mark.parametrize("leave", [0, 4096, 40_000, 100_000])
def test_a_disk_that_fills_up_loses_nothing(disk: Path, leave: int) -> None:
    home = disk / "home"
    ferry(home, "install", "sample/hello==1.0")
    ballast = fill(disk, leave=leave)
    ferry_code(home, "install", "sample/hello==2.0", "sample/base", codes={0, 6})
    assert ("sample/hello", "1.0") in {
        (image["name"], image["version"]) for image in ferry(home, "list")
    }
    assert ferry(home, "store", "check") == []
    ballast.unlink()
    ferry(home, "install", "sample/hello==2.0", "sample/base")
    assert len(ferry(home, "list")) == 3
    assert ferry(home, "store", "check") == []


def ferry_code(home: Path, *words: str, codes: set[int]) -> None:
    """Run ferry and hold its exit code to *codes*."""
    run = subprocess.run(
        [sys.executable, "-m", "provider_core.cli", *words, "--home", str(home)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode in codes, run.stderr


@pytest.mark.privileged
def test_uninstall_and_gc_work_on_a_full_disk(disk: Path) -> None:
    home = disk / "home"
    ferry(home, "install", "sample/hello==1.0", "sample/NanoServer")
    fill(disk)
    removal = ferry(home, "uninstall", "sample/hello==1.0")[0]
    assert removal["freed"] > 0
    ferry(home, "store", "gc", "--grace", "0")
    assert [image["name"] for image in ferry(home, "list")] == ["sample/NanoServer"]
    assert ferry(home, "store", "check") == []


@pytest.mark.privileged
def test_reading_works_on_a_read_only_medium(disk: Path, tmp_path: Path) -> None:
    home = disk / "home"
    ferry(home, "install", "sample/hello==1.0")
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    assert len(ferry(home, "list")) == 1
    assert ferry(home, "show", "sample/hello")
    assert ferry(home, "history", "sample/hello")
    assert ferry(home, "store", "check") == []
    ferry(home, "save", "sample/hello", "--to", tmp_path / "out.tar")
    for words in (("install", "sample/base"), ("uninstall", "sample/hello")):
        error = ferry(home, *words, code=6)[-1]
        assert error["class"] in {"StoreError", "NoSpace"}
        assert error["hint"]
    assert len(ferry(home, "list")) == 1


@pytest.mark.privileged
def test_a_store_of_somebody_else_is_refused_clearly(tmp_path: Path) -> None:
    home = tmp_path / "home"
    ferry(home, "install", "sample/hello==1.0")
    os.chown(home / "store", 65534, 65534)
    error = ferry(home, "install", "sample/base", code=6)[-1]
    assert error["class"] == "StoreError"
    assert error["hint"]
    assert len(ferry(home, "list")) == 1
