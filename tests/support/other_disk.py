"""A folder on another file system than the test's own."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..peers.peer import require

__all__ = ["other_disk"]

_MEMORY = Path("/dev/shm")


@contextmanager
def other_disk(own: Path) -> Iterator[Path]:
    """Yield an empty folder on another file system than that of *own*; skips without one."""
    there = _MEMORY.is_dir() and os.stat(_MEMORY).st_dev != os.stat(own).st_dev
    require(there and os.access(_MEMORY, os.W_OK), f"{_MEMORY} is no other file system")
    folder = Path(tempfile.mkdtemp(dir=_MEMORY))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
