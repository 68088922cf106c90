"""Batch sources: each is read in its own order, one package after the other; two run at once."""

from __future__ import annotations

from pathlib import Path

from provider_core import Host

from .hosts import Homes
from .tape_double import TapeDouble

WANTED = ("left-3", "left-7", "left-1", "right-2", "right-9")


def drives(homes: Homes, tapes: TapeDouble) -> Host:
    """Return a host with two drives."""
    host = homes(tapes)
    host.add_source("left", "tape://left")
    host.add_source("right", "tape://right")
    return host


def on(drive: str, tapes: TapeDouble) -> list[str]:
    """Return what was read on one drive, in order."""
    return [name for where, name in tapes.read if where == drive]


def test_each_drive_reads_in_its_order(homes: Homes) -> None:
    tapes = TapeDouble()
    result = drives(homes, tapes).install(*WANTED)
    assert on("left", tapes) == ["left-7", "left-3", "left-1"]
    assert on("right", tapes) == ["right-9", "right-2"]
    assert (tapes.collisions, tapes.most_drives) == (0, 2)
    assert [image.name for image in result.installed] == list(WANTED)


def test_save_reads_in_the_same_order(homes: Homes, tmp_path: Path) -> None:
    tapes = TapeDouble()
    result = drives(homes, tapes).save(*WANTED, to=str(tmp_path / "all.tar"))
    assert on("left", tapes) == ["left-7", "left-3", "left-1"]
    assert tapes.collisions == 0
    assert [package.name for package in result.packages] == list(WANTED)
