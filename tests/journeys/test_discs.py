"""Three images on discs of 5 MB, one of which is scratched, and one lost."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from ..peers.side import Side
from .near_side import ALL_THREE, NearSide

pytestmark = [
    pytest.mark.peer("skopeo", "umoci", "docker-registry", "wimlib-imagex"),
    pytest.mark.index,
    pytest.mark.slow,
]

SIZE: Final = 5_000_000
"""Bytes of a disc."""


@pytest.fixture(scope="module")
def saved(near: NearSide) -> Path:
    """Return the folder with the discs; site is on the first, tools/busybox on the last."""
    saved = near.save(*ALL_THREE, volume_size="5MB")
    for disc in saved.iterdir():
        assert sum(path.stat().st_size for path in disc.rglob("*")) <= SIZE
    assert sorted(path.name for path in saved.iterdir()) == [f"volume-0{n}" for n in (1, 2, 3)]
    return saved


@pytest.fixture
def discs(saved: Path, tmp_path: Path) -> Path:
    """Return a copy of the discs, which a test may spoil."""
    return shutil.copytree(saved, tmp_path / "discs")


def test_one_drive_for_all_discs_in_any_order(
    near: NearSide, saved: Path, new_site: Callable[[], Side], tmp_path: Path
) -> None:
    plant, drive = new_site(), tmp_path / "drive"
    shutil.copytree(saved / "volume-02", drive)
    plant("source", "add", "dvd", drive, "--fingerprint", near.pin)
    for present, missing in (("volume-02", [1, 3]), ("volume-03", [1])):
        _insert(saved / present, drive)
        error = plant.fails("install", *ALL_THREE, code=3)
        assert (error["class"], error["fields"]["volumes"]) == ("VolumeMissing", missing)
        assert plant("list") == []
    _insert(saved / "volume-01", drive)
    assert len(plant("install", *ALL_THREE)) == 3
    assert plant("store", "check") == []


def _insert(disc: Path, drive: Path) -> None:
    shutil.rmtree(drive)
    shutil.copytree(disc, drive)


def test_a_scratched_disc(
    near: NearSide, discs: Path, saved: Path, new_site: Callable[[], Side]
) -> None:
    """Windows is on it, the others are not; a new copy of that one disc mends it."""
    plant = new_site()
    (piece,) = (discs / "volume-02" / "pieces" / "sha256").iterdir()
    scratch(piece)
    verdicts = near.ferry("verify", discs, code=4)
    assert [one["whole"] for one in verdicts] == [True, False, True, True]
    plant("source", "add", "dvd", discs, "--fingerprint", near.pin)
    error = plant.fails("install", "NanoServer", code=4)
    assert f"volume-02/pieces/sha256/{piece.name} should be" in error["message"]
    plant("install", "site", "tools/busybox")
    shutil.copytree(saved / "volume-02", discs / "volume-02", dirs_exist_ok=True)
    plant("install", "NanoServer")
    assert plant("store", "check") == []


def test_a_lost_disc(
    near: NearSide, discs: Path, saved: Path, new_site: Callable[[], Side]
) -> None:
    plant = new_site()
    shutil.rmtree(discs / "volume-03")
    plant("source", "add", "dvd", discs, "--fingerprint", near.pin)
    error = plant.fails("install", "NanoServer", "tools/busybox", code=3)
    assert (error["class"], error["fields"]["volumes"]) == ("VolumeMissing", [3])
    assert [image["name"] for image in plant("install", "site")] == ["site"]
    plant("source", "set", "dvd", "--location", saved / "volume-03")  # burnt again
    plant("install", "NanoServer", "tools/busybox")
    assert plant("store", "check") == []


def scratch(path: Path) -> None:
    """Change one bit of a file."""
    data = bytearray(path.read_bytes())
    data[random.Random(path.name).randrange(len(data))] ^= 1
    path.write_bytes(data)
