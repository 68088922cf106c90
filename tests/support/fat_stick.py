"""A stick with FAT32, as far as this machine can have one."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..peers.peer import require, require_peer

__all__ = ["fat_stick"]


@contextmanager
def fat_stick(folder: Path, size: int = 64 << 20) -> Iterator[Path]:
    """Mount a new FAT32 file system of *size* bytes: by the kernel, else in user space."""
    require_peer("mkfs.vfat")
    image, place = folder / "image", folder / "stick"
    place.mkdir()
    with image.open("wb") as file:
        file.truncate(size)
    subprocess.run(["mkfs.vfat", "-F", "32", str(image)], check=True, capture_output=True)
    if "\tvfat\n" in Path("/proc/filesystems").read_text():
        command = ["mount", "-o", "loop", str(image), str(place)]
    else:
        require_peer("fusefat")
        require(Path("/dev/fuse").exists(), "neither vfat nor FUSE is in this kernel")
        command = ["fusefat", "-o", "rw+", str(image), str(place)]
    subprocess.run(command, check=True, capture_output=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
