"""A disk whose files can share blocks (reflink), as far as this machine can have one."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..peers.peer import require, require_peer, require_root

__all__ = ["sharing_disk"]


@contextmanager
def sharing_disk(folder: Path) -> Iterator[Path]:
    """Mount a new XFS of 320 MB below *folder*; its image has holes, and takes little of that."""
    require_root()
    require_peer("mkfs.xfs")
    require("\txfs\n" in Path("/proc/filesystems").read_text(), "this kernel has no XFS")
    image, place = folder / "image", folder / "disk"
    place.mkdir()
    with image.open("wb") as file:
        file.truncate(320 << 20)
    subprocess.run(["mkfs.xfs", "-q", "-m", "reflink=1", str(image)], check=True)
    subprocess.run(["mount", "-o", "loop", str(image), str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
